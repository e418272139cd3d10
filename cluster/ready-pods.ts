import type { ClusterClient } from "./client.ts";
import { isReady, type Pod } from "./rollout-state.ts";

/** The pods of an application that are ready, and stay. */
export async function readyPods(
  client: ClusterClient,
  namespace: string,
  app: string,
): Promise<readonly Pod[]> {
  const pods = await client.list<Pod>(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`);
  return pods.filter((pod) => isReady(pod) && !pod.metadata.deletionTimestamp);
}
