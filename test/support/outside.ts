import { podRange } from "../../local/cluster/addresses.ts";
import { onNode } from "./nodes.ts";

/**
 * Lets the pods of a local cluster reach an address outside of it, as real clusters do: by their node's own address. The
 * local one leaves a pod's address as it is, and nobody outside knows the way back to that.
 */
export async function letPodsReach(address: string, nodes: readonly string[]): Promise<void> {
  const rule = `POSTROUTING -s ${podRange} -d ${address} -j MASQUERADE`;
  const once = `iptables -w -t nat -C ${rule} 2>/dev/null || iptables -w -t nat -A ${rule}`;
  await Promise.all(nodes.map((node) => onNode(node, once)));
}
