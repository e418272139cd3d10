import { type Distribution, distributionOf } from "../../cluster/distribution.ts";
import type { Node } from "../../cluster/rollout-state.ts";

/**
 * The folders of a host that the agent gets.
 *
 * `/etc` as a whole, and writable: containerd, CRI-O and docker each look into a folder of it, and a narrower mount has
 * to exist on every node, so the kubelet would make it where it does not. It adds little, as whoever writes the
 * configuration of a runtime is root of its node already. Outside it only what the cluster's own distribution uses: a
 * mount of all `/var/lib` would hold on to the volumes of other pods, and show their secrets.
 */
export function hostFolders(nodes: readonly Node[]): readonly string[] {
  const there = new Set(nodes.map(distributionOf));
  return [
    "/etc",
    ...elsewhere.flatMap(([distribution, folder]) => (there.has(distribution) ? [folder] : [])),
  ];
}

const elsewhere: readonly (readonly [Distribution, string])[] = [
  ["rancher", "/var/lib/rancher"],
  ["microk8s", "/var/snap/microk8s"],
];
