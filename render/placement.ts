/** Tolerated by what a single node has to run, whatever else it is tainted with for others. */
export const controlPlaneTolerations = [
  "node-role.kubernetes.io/control-plane",
  "node-role.kubernetes.io/master",
].map((key) => ({ key, operator: "Exists", effect: "NoSchedule" }));

/** Keeps a pod on the node that has its host port or host path. By the node's name: its hostname label may be another's. */
export function pinnedTo(node: string | undefined) {
  if (node === undefined) return { tolerations: controlPlaneTolerations };
  const field = { key: "metadata.name", operator: "In", values: [node] };
  const required = { nodeSelectorTerms: [{ matchFields: [field] }] };
  return {
    tolerations: controlPlaneTolerations,
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } },
  };
}

/**
 * Spreads an app's pods over nodes and zones, those of each revision by themselves. Zones are no second constraint: the
 * scheduler counts no node that lacks the label of one of them, and many clusters have no zones.
 */
export function spreadOut(app: string) {
  const each = { labelSelector: { matchLabels: { app } }, matchLabelKeys: ["pod-template-hash"] };
  const elsewhere = { topologyKey: "topology.kubernetes.io/zone", ...each };
  return {
    topologySpreadConstraints: [
      {
        topologyKey: "kubernetes.io/hostname",
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        ...each,
      },
    ],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: elsewhere }],
      },
    },
  };
}
