import type { ClusterClient } from "./client.ts";
import { hasFailed, type Pod } from "./rollout-state.ts";
import { settled } from "./settled.ts";

/**
 * Deletes the pods that have failed, for their controller to make new ones. The kubelet tries a failed pod again after
 * up to five minutes: what was mended meanwhile would be judged by its old failure. Whoever may not delete pods waits.
 */
export async function deleteFailedPods(
  client: ClusterClient,
  namespace: string,
  /** By which the pods are found, as `app=agent`. */
  label: string,
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const attempt = async () => {
    const pods = await client.list<Pod>(`${path}?labelSelector=${encodeURIComponent(label)}`);
    const failed = pods.filter((pod) => hasFailed(pod) && pod.metadata.deletionTimestamp === undefined);
    await Promise.all(failed.map(({ metadata }) => client.delete(`${path}/${metadata.name}`)));
    return [];
  };
  await settled(attempt, { patienceSeconds: 30 }).catch(() => undefined);
}
