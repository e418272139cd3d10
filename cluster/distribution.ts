import type { Node } from "./rollout-state.ts";

/** The distributions whose runtimes have folders of their own. */
export type Distribution = "rancher" | "microk8s" | "k0s" | "other";

/** What a node was set up by, as it says of itself: k3s and RKE2 are both Rancher's. */
export function distributionOf({ metadata, status }: Node): Distribution {
  const version = status.nodeInfo?.kubeletVersion ?? "";
  const notes = Object.keys(metadata.annotations ?? {});
  if (/\+(k3s|rke2)/.test(version) || notes.some((key) => /^(k3s|rke2)\.io\//.test(key))) return "rancher";
  if (metadata.labels?.["microk8s.io/cluster"] !== undefined) return "microk8s";
  return version.includes("+k0s") ? "k0s" : "other";
}
