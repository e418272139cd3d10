import type { ClusterClient } from "../../cluster/client.ts";
import type { Settings } from "../settings.ts";

/** Which kinds of Prometheus' operator a cluster has. */
export interface Kinds {
  readonly serviceMonitor: boolean;
  readonly prometheusRule: boolean;
}

/** Asks for them where anything is to be measured. */
export async function monitoringKinds(
  client: ClusterClient,
  { metrics }: Settings,
): Promise<Kinds | undefined> {
  if (!metrics.enabled) return undefined;
  const [serviceMonitor, prometheusRule] = await Promise.all(
    ["servicemonitors", "prometheusrules"].map(async (kind) => {
      const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${kind}.monitoring.coreos.com`;
      return (await client.get(path)) !== undefined;
    }),
  );
  return { serviceMonitor: serviceMonitor ?? false, prometheusRule: prometheusRule ?? false };
}

/** What is not there, and what to do instead. */
export function lackingKinds({ serviceMonitor, prometheusRule }: Kinds): readonly string[] {
  const lacking = [
    ...(serviceMonitor ? [] : ["ServiceMonitor"]),
    ...(prometheusRule ? [] : ["PrometheusRule"]),
  ];
  if (lacking.length === 0) return [];
  return [
    `metrics: this cluster has no kind ${lacking.join(" and no kind ")}, so none is made: docs/monitoring.md says what a Prometheus without them reads`,
  ];
}
