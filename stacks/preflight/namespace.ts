import type { ClusterClient } from "../../cluster/client.ts";
import { nodesNamespace, stackLabel } from "../../render/names.ts";
import { excusesOf } from "../excuses.ts";
import type { Settings } from "../settings.ts";
import { foreignObjects } from "./objects.ts";

type Asked = Pick<Settings, "namespace" | "nodeTrust" | "expose" | "storage" | "metrics" | "replicas">;

/** What is wrong with the namespaces: one that should be there and is not, or is somebody else's. */
export async function namespaceProblems(
  client: ClusterClient,
  settings: Asked,
  stack: string,
): Promise<readonly string[]> {
  const { nodeTrust } = settings;
  const { name, create } = settings.namespace;
  const own = create ? [name] : [];
  if (nodeTrust.enabled) own.push(nodesNamespace(name));
  const problems = (await Promise.all(own.map((one) => ownershipProblems(client, one, stack)))).flat();
  return create ? problems : [...problems, ...(await existingProblems(client, settings, stack))];
}

async function existingProblems(
  client: ClusterClient,
  settings: Asked,
  stack: string,
): Promise<readonly string[]> {
  const { name } = settings.namespace;
  const found = await client.get(`/api/v1/namespaces/${name}`);
  if (found === undefined)
    return [
      `namespace.existing: expected a namespace of this cluster, got ${name}: kubectl create namespace ${name}`,
    ];
  const level = found.metadata.labels?.[enforce] ?? "privileged";
  const excuses = excusesOf(settings);
  const tooStrict = `namespace.existing: ${name} enforces the Pod Security Standard ${level}, and ${excuses.join("; ")}: kubectl label namespace ${name} ${enforce}=privileged --overwrite`;
  return [
    ...(level === "privileged" || excuses.length === 0 ? [] : [tooStrict]),
    ...(await foreignObjects(client, settings, stack)),
  ];
}

const enforce = "pod-security.kubernetes.io/enforce";

async function ownershipProblems(
  client: ClusterClient,
  name: string,
  stack: string,
): Promise<readonly string[]> {
  const found = await client.get(`/api/v1/namespaces/${name}`);
  if (found === undefined) return [];
  const owner = found.metadata.labels?.[stackLabel];
  if (found.metadata.deletionTimestamp)
    return [`namespace: ${name} is just being deleted: wait until it is gone, then run this again`];
  if (owner === stack) return [];
  if (owner !== undefined)
    return [
      `namespace: ${name} belongs to stack ${owner}, this one is ${stack}: pulumi config set edge-registry:namespace ANOTHER`,
    ];
  return [
    `namespace: ${name} exists and is not this stack's: choose another, or have the registry in it with pulumi config set --path edge-registry:namespace.existing ${name}`,
  ];
}
