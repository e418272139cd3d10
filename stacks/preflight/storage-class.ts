import type { ClusterClient, KubeObject } from "../../cluster/client.ts";
import { storeName } from "../../render/names.ts";
import type { Settings } from "../settings.ts";

interface StorageClass extends KubeObject {
  readonly provisioner: string;
}

interface Claim extends KubeObject {
  readonly spec: { readonly storageClassName?: string };
}

/** The class of the store's claim, or why there is none. */
export interface ClassFound {
  readonly className?: string;
  /** Whether a claim that is still to be made gets a plain directory of the node it is used on. */
  readonly plainDirectory?: boolean;
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
  if (claim?.spec.storageClassName)
    return { className: claim.spec.storageClassName, problems: [], wishes: [] };
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
    problems: [],
    wishes: plainDirectory ? [wish] : [],
  };
}

function refusal(wanted: readonly string[], classes: readonly StorageClass[]): string {
  const names = classes.map(({ metadata }) => metadata.name).join(", ") || "none";
  const expected =
    wanted.length === 0 ? "a default class in this cluster" : `one of ${wanted.join(", ")} in this cluster`;
  return `storage.storageClasses: expected ${expected}, it has ${names}: name one of its own, or a directory of the node with pulumi config set --path edge-registry:storage.hostPath /var/lib/edge-registry`;
}
