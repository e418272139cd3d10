import type { ClusterClient } from "./client.ts";

/** What tells one cluster from any other, whatever both are called: the uid of its oldest namespace. */
export async function clusterId(client: ClusterClient): Promise<string> {
  const namespace = await client.get("/api/v1/namespaces/kube-system");
  if (namespace === undefined) throw new Error(`${client.server} has no namespace kube-system`);
  return namespace.metadata.uid;
}

/** Fails on another cluster than the one with this id, before anything is done; `relief` says what came of it. */
export async function requireCluster(
  client: ClusterClient,
  id: string | undefined,
  relief = "nothing was deleted",
): Promise<void> {
  if (id === undefined) return;
  const found = await clusterId(client);
  if (found !== id)
    throw new Error(
      `this stack is deployed on the cluster with id ${id}, but ${client.server} is the one with id ${found}: choose the right one with KUBECONFIG; ${relief}`,
    );
}
