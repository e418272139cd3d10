import type { ClusterClient, KubeObject } from "../../cluster/client.ts";
import { storeName } from "../../render/names.ts";
import { command } from "../settings/problems.ts";
import { bytes } from "../settings/quantity.ts";
import type { Settings } from "../settings.ts";

interface StorageClass extends KubeObject {
  readonly provisioner: string;
  readonly allowVolumeExpansion?: boolean;
}

interface Claim extends KubeObject {
  readonly spec: {
    readonly storageClassName?: string;
    readonly resources: { readonly requests: { readonly storage: string } };
  };
}

/** The class of the store's claim, or why there is none. */
export interface ClassFound {
  readonly className?: string;
  /** Whether a claim that is still to be made gets a plain directory of the node it is used on. */
  readonly plainDirectory?: boolean;
  /** Whether the claim is there already. */
  readonly claimed?: boolean;
  readonly problems: readonly string[];
  /** What is asked for and will not be held to. */
  readonly wishes: readonly string[];
}

const isDefault = ({ metadata }: StorageClass) =>
  metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";

/** Provisioners whose volumes are plain directories. */
const withoutLimit = ["rancher.io/local-path", "microk8s.io/hostpath", "k8s.io/minikube-hostpath"];

/** The first class of the settings that exists; a claim that is there already keeps the one it has. */
export async function storageClassFor(
  client: ClusterClient,
  { storage, namespace }: Pick<Settings, "storage" | "namespace">,
): Promise<ClassFound> {
  if (storage.kind === "external" || storage.volume.kind === "hostPath") return { problems: [], wishes: [] };
  const path = `/api/v1/namespaces/${namespace.name}/persistentvolumeclaims/${storeName}`;
  const claim = await client.get<Claim>(path);
  if (claim?.spec.storageClassName) {
    const problems = await resizingProblems(client, claim, storage.size);
    return { className: claim.spec.storageClassName, claimed: true, problems, wishes: [] };
  }
  const classes = await client.list<StorageClass>("/apis/storage.k8s.io/v1/storageclasses");
  const wanted = storage.volume.classes;
  const found =
    wanted.length === 0
      ? classes.find(isDefault)
      : wanted.map((name) => classes.find(({ metadata }) => metadata.name === name)).find(Boolean);
  if (found === undefined) return { problems: [refusal(wanted, classes)], wishes: [] };
  const wish = `storage.size: ${storage.size} is only a wish, ${found.metadata.name} makes plain directories without a limit`;
  const plainDirectory = withoutLimit.includes(found.provisioner);
  return {
    className: found.metadata.name,
    plainDirectory,
    claimed: claim !== undefined,
    problems: [],
    wishes: plainDirectory ? [wish] : [],
  };
}

/** Why a claim that is there cannot get another size: none shrinks, and few classes grow what they made. */
async function resizingProblems(
  client: ClusterClient,
  { spec }: Claim,
  size: string,
): Promise<readonly string[]> {
  const has = spec.resources.requests.storage;
  const [before, after] = [bytes(has), bytes(size)];
  if (before === undefined || after === undefined || before === after) return [];
  const back = `set it back with ${command("storage.size", has)}`;
  if (after < before)
    return [`storage.size: the claim ${storeName} has ${has}, and no claim shrinks: ${back}`];
  const name = spec.storageClassName;
  const made = await client.get<StorageClass>(`/apis/storage.k8s.io/v1/storageclasses/${name}`);
  if (made === undefined || made.allowVolumeExpansion) return [];
  return [`storage.size: the claim ${storeName} has ${has}, and its class ${name} grows no volumes: ${back}`];
}

function refusal(wanted: readonly string[], classes: readonly StorageClass[]): string {
  const names = classes.map(({ metadata }) => metadata.name).join(", ") || "none";
  const expected =
    wanted.length === 0 ? "a default class in this cluster" : `one of ${wanted.join(", ")} in this cluster`;
  return `storage.storageClasses: expected ${expected}, it has ${names}: name one of its own, or a directory of the node with pulumi config set --path edge-registry:storage.hostPath /var/lib/edge-registry`;
}
