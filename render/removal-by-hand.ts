import type { Distribution } from "../cluster/distribution.ts";

/** What root runs on a node that no agent could leave: the same as it, for the folders that such a node has. */
export function removalByHand(owner: string, distribution: Distribution): string {
  const folders = [...folder[distribution], "/etc/*/certs.d"].map((path) => `${path}/*/.edge-registry`);
  return [
    `grep -Flxs '${owner}' ${folders.join(" ")} | xargs -rn1 dirname | xargs -r rm -r`,
    `sed -i '\\|# edge-registry ${owner.replaceAll(".", "[.]")}[[:space:]]*$|d' /etc/hosts`,
    // What was made for it and is empty again.
    "tac /etc/.edge-registry/made 2>/dev/null | xargs -r rmdir 2>/dev/null",
    "rm -rf /etc/.edge-registry",
  ].join("; ");
}

/** Where their runtimes look, beside the folders that all share. */
const folder: Readonly<Record<Distribution, readonly string[]>> = {
  rancher: ["/var/lib/rancher/*/agent/etc/containerd/certs.d"],
  microk8s: ["/var/snap/microk8s/*/args/certs.d"],
  k0s: ["/etc/k0s/containerd.d/certs.d"],
  other: ["/etc/containerd/*"],
};
