import type { ClusterClient } from "../../cluster/client.ts";
import type { Settings } from "../settings.ts";

/** What the cluster has to have for the pods that are wanted. */
export async function schedulingOf(
  client: ClusterClient,
  { priorityClass, replicas }: Pick<Settings, "priorityClass" | "replicas">,
): Promise<{ readonly problems: readonly string[]; readonly warnings: readonly string[] }> {
  const [isThere, isMeasured] = await Promise.all([
    priorityClass === undefined ||
      client
        .get(`/apis/scheduling.k8s.io/v1/priorityclasses/${priorityClass}`)
        .then((one) => one !== undefined),
    replicas.most === undefined ||
      client.get("/apis/metrics.k8s.io/v1beta1").then((group) => group !== undefined),
  ]);
  return {
    problems: isThere
      ? []
      : [
          `priorityClass: expected a PriorityClass of this cluster, got ${priorityClass}, which is not there: kubectl get priorityclasses shows those that are`,
        ],
    warnings: isMeasured
      ? []
      : [
          "replicas.most: this cluster measures no pods (it has no metrics.k8s.io), so there will be no more than the least: install metrics-server",
        ],
  };
}
