import { podRange } from "../../local/cluster/addresses.ts";
import { onNode } from "./nodes.ts";
import { S3Server } from "./s3-server.ts";

/**
 * Lets the pods of a local cluster reach an address outside of it, as real clusters do: by their node's own address. The
 * local one leaves a pod's address as it is, and nobody outside knows the way back to that.
 */
async function letPodsReach(address: string, nodes: readonly string[]): Promise<void> {
  const rule = `POSTROUTING -s ${podRange} -d ${address} -j MASQUERADE`;
  const once = `iptables -w -t nat -C ${rule} 2>/dev/null || iptables -w -t nat -A ${rule}`;
  await Promise.all(nodes.map((node) => onNode(node, once)));
}

/** An S3 service on this machine, which the pods of those nodes reach at its own address in the cluster's network. */
export async function s3ServerOutside(
  { address, nodes }: { readonly address: string; readonly nodes: readonly string[] },
  options: { readonly region?: string } = {},
): Promise<S3Server> {
  const machine = address.replace(/\d+$/, "254");
  await letPodsReach(machine, nodes);
  return await S3Server.start({ ...options, address: machine });
}
