import type { ClusterClient } from "../../cluster/client.ts";
import { nodesNamespace, stackLabel } from "../../render/names.ts";
import type { Settings } from "../settings.ts";

type Asked = Pick<Settings, "namespace" | "nodeTrust">;

/** What is wrong with the namespaces: one that should be there and is not, or is somebody else's. */
export async function namespaceProblems(
  client: ClusterClient,
  { namespace: { name, create }, nodeTrust }: Asked,
  stack: string,
): Promise<readonly string[]> {
  const own = create ? [name] : [];
  if (nodeTrust.enabled) own.push(nodesNamespace(name));
  const problems = await Promise.all(own.map((one) => ownershipProblems(client, one, stack)));
  if (create || (await client.get(`/api/v1/namespaces/${name}`))) return problems.flat();
  const missing = `namespace.existing: expected a namespace of this cluster, got ${name}: kubectl create namespace ${name}`;
  return [missing, ...problems.flat()];
}

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
