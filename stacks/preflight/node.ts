import type { Node } from "../../cluster/rollout-state.ts";

/** The node that has an address, or why there is none. */
export interface Owner {
  readonly name?: string;
  readonly problems: readonly string[];
}

/** Finds the node that host ports are opened on, where they are opened at an address. */
export function nodeOwning(address: string | undefined, nodes: readonly Node[]): Owner {
  if (address === undefined) return { problems: [] };
  const owner = nodes.find(({ status }) => status.addresses?.some((one) => one.address === address));
  if (owner) return { name: owner.metadata.name, problems: [] };
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
