import { isReady, type Node } from "../../cluster/rollout-state.ts";
import { controlPlaneTolerations } from "../../render/placement.ts";

/** The node that has an address, or why there is none. */
export interface Owner {
  readonly name?: string;
  /** Whether pods that are pinned to it would be started there now. */
  readonly takesPods?: boolean;
  readonly problems: readonly string[];
}

/** Finds the node that host ports are opened on, where they are opened at an address. */
export function nodeOwning(address: string | undefined, nodes: readonly Node[]): Owner {
  if (address === undefined) return { problems: [] };
  const owner = nodes.find(({ status }) => status.addresses?.some((one) => one.address === address));
  if (owner) return { name: owner.metadata.name, takesPods: takesPods(owner), problems: [] };
  const known = nodes.flatMap(({ metadata, status }) =>
    (status.addresses ?? [])
      .filter(({ type }) => type.endsWith("IP"))
      .map((one) => `${one.address} (${metadata.name})`),
  );
  const advice = `pulumi config set edge-registry:nodeAddress ADDRESS`;
  return {
    problems: [
      `nodeAddress: expected the address of a node of this cluster, got ${address}; it has ${known.join(", ") || "no nodes"}: ${advice}`,
    ],
  };
}

function takesPods(node: Node): boolean {
  const { unschedulable = false, taints = [] } = node.spec ?? {};
  const keepsOff = taints.some(
    ({ key, effect }) =>
      effect !== "PreferNoSchedule" &&
      !controlPlaneTolerations.some((one) => one.key === key && one.effect === effect),
  );
  return isReady(node) && !unschedulable && !keepsOff;
}
