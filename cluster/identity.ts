import type { ClusterClient } from "./client.ts";

/** What tells one cluster from any other, whatever both are called: the uid of its oldest namespace. */
export async function clusterId(client: ClusterClient): Promise<string> {
  const namespace = await client.get("/api/v1/namespaces/kube-system");
  if (namespace === undefined) throw new Error(`${client.server} has no namespace kube-system`);
  return namespace.metadata.uid;
}
