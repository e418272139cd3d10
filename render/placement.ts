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

/** Spreads an app's pods over zones and nodes, those of each revision by themselves, where there are several to have. */
export function spreadOut(app: string) {
  const over = (topologyKey: string) => ({
    topologyKey,
    maxSkew: 1,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: { app } },
    matchLabelKeys: ["pod-template-hash"],
  });
  return {
    topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map(over),
  };
}
