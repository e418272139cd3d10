import { Failure } from "../terminal/failure.ts";
import { mostNodes } from "./addresses.ts";
import type { Cluster, NodeRecord } from "./record.ts";
import { type RuntimeName, usualRuntime } from "./runtimes.ts";

export type Runtimes = Readonly<Record<string, RuntimeName>>;

/**
 * A cluster with further nodes in its record, numbered on from the highest number ever given. `runtimes` are those of
 * nodes by name, the ones that are there already among them.
 */
export function grownBy(cluster: Cluster, count: number, runtimes: Runtimes = {}): Cluster {
  const { name, highestNumber } = cluster;
  const last = highestNumber + Math.max(count, 0);
  if (last > mostNodes) {
    const left = mostNodes - highestNumber;
    throw new Failure(
      `cluster ${name} can have ${left} more of its ${mostNodes} nodes, not ${count}: stop it and start it anew`,
    );
  }
  const further = Array.from({ length: last - highestNumber }, (_, at) =>
    nodeNumbered(highestNumber + at + 1, runtimes),
  );
  const nodes = [...cluster.nodes, ...further];
  for (const [node, runtime] of Object.entries(runtimes)) requireRuntime(nodes, node, runtime);
  return { ...cluster, nodes, highestNumber: last };
}

function nodeNumbered(number: number, runtimes: Runtimes): NodeRecord {
  const name = `node-${number}`;
  const runtime = runtimes[name] ?? usualRuntime;
  return { name, number, ...(runtime === usualRuntime ? {} : { runtime }) };
}

function requireRuntime(nodes: readonly NodeRecord[], name: string, runtime: RuntimeName): void {
  const node = nodes.find((one) => one.name === name);
  const names = nodes.map((one) => one.name).join(", ");
  if (node === undefined)
    throw new Failure(`--runtime: expected a node of the cluster (${names}), got ${name}`);
  const { runtime: has = usualRuntime } = node;
  if (has !== runtime)
    throw new Failure(`--runtime: ${name} was made with ${has}: add another node with ${runtime} instead`);
}
