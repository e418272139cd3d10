import { expiryMetric } from "./gateway-metrics.ts";
import { nodesNamespace, nodeTrustName, registryName, storeName } from "./names.ts";

/** A rule of Prometheus' that tells somebody. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: "critical" | "warning" };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const minutes = (count: number) => `${count}m`;

/** What is worth waking somebody, or at least telling them, of a registry in a namespace. */
export function alertsOf(namespace: string): readonly Alert[] {
  const here = `namespace="${namespace}"`;
  const gateway = `${here},server="gateway"`;
  const requests = (more: string) =>
    `sum(rate(caddy_http_request_duration_seconds_count{${gateway}${more}}[5m]))`;
  const volume = (what: "available" | "capacity") =>
    `kubelet_volume_stats_${what}_bytes{${here},persistentvolumeclaim="${storeName}"}`;
  const about = (summary: string, description: string) => ({
    summary: `${summary} (registry in ${namespace})`,
    description,
  });
  return [
    {
      alert: "EdgeRegistryDown",
      expr: `absent(up{${here},service="${registryName}-metrics"} == 1)`,
      for: minutes(5),
      labels: { severity: "critical" },
      annotations: about(
        "No registry answers",
        "Nobody can push or pull: see its pods, and what an up says.",
      ),
    },
    {
      alert: "EdgeRegistryErrors",
      expr: `${requests(',code=~"5.."')} / ${requests("")} > 0.05`,
      for: minutes(5),
      labels: { severity: "critical" },
      annotations: about(
        "More than 5 % of the requests fail",
        "The store may be away or full: the registry's log says why.",
      ),
    },
    {
      alert: "EdgeRegistryStoreSlow",
      expr: `histogram_quantile(0.9, sum by (le) (rate(registry_storage_action_seconds_bucket{${here}}[10m]))) > 5`,
      for: minutes(10),
      labels: { severity: "warning" },
      annotations: about(
        "A tenth of what the store is asked takes more than 5 seconds",
        "Pushes and pulls may fail.",
      ),
    },
    {
      alert: "EdgeRegistryStoreDown",
      expr: `kube_deployment_status_replicas_available{${here},deployment="${storeName}"} == 0`,
      for: minutes(5),
      labels: { severity: "critical" },
      annotations: about(
        "Its store does not run",
        "Nobody can push or pull: its pod's events and log say why.",
      ),
    },
    {
      alert: "EdgeRegistryStoreFills",
      expr: `${volume("available")} / ${volume("capacity")} < 0.1`,
      for: minutes(15),
      labels: { severity: "warning" },
      annotations: about(
        "Less than a tenth of its volume is free",
        "Pushes fail once it is full: delete images, or give it a larger volume.",
      ),
    },
    {
      alert: "EdgeRegistryCertificateExpires",
      // Also where a gateway cannot read when that is: NaN is the one number that is not itself.
      expr: `min(${expiryMetric}{${here}}) - time() < 14 * 24 * 3600 or ${expiryMetric}{${here}} != ${expiryMetric}{${here}}`,
      for: minutes(60),
      labels: { severity: "warning" },
      annotations: about(
        "Its certificate ends within 14 days, or nobody knows when",
        "An up renews it, unless it is brought: then see who renews that.",
      ),
    },
    {
      alert: "EdgeRegistryCertificateExpired",
      expr: `min(${expiryMetric}{${here}}) - time() < 24 * 3600`,
      for: minutes(5),
      labels: { severity: "critical" },
      annotations: about(
        "Its certificate ends within a day, or has ended",
        "An up renews it, unless it is brought: then see who renews that.",
      ),
    },
    {
      alert: "EdgeRegistryNodeWithoutTrust",
      expr: `kube_daemonset_status_number_unavailable{namespace="${nodesNamespace(namespace)}",daemonset="${nodeTrustName}"} > 0`,
      for: minutes(15),
      labels: { severity: "warning" },
      annotations: about("A node does not trust it", "make nodes names it, and says why."),
    },
  ];
}
