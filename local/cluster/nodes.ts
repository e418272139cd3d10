import { rm } from "node:fs/promises";
import { Failure } from "../terminal/failure.ts";
import type { Progress } from "../terminal/progress.ts";
import { kubectl } from "./api.ts";
import { removeGroup } from "./cgroups.ts";
import { grownBy } from "./growth.ts";
import { groupOf, initOf, powerOff } from "./machine.ts";
import { isWired } from "./network.ts";
import { type Cluster, machineDirectory, type NodeRecord, writeRecord } from "./record.ts";
import { requireMachine } from "./requirements.ts";
import type { RuntimeName } from "./runtimes.ts";
import { bringUp, controlPlaneRuns } from "./start.ts";

/** Adds a node to a running cluster. */
export async function add(
  cluster: Cluster,
  runtime: RuntimeName,
  progress: Progress,
  signal: AbortSignal,
): Promise<NodeRecord> {
  await requireRunning(cluster);
  const grown = grownBy(cluster, 1, { [`node-${cluster.highestNumber + 1}`]: runtime });
  const node = nodeNamed(grown, grown.nodes.at(-1)?.name);
  await requireMachine(cluster, 1);
  await writeRecord(grown);
  try {
    await bringUp(grown, [node], progress, signal);
  } catch (error) {
    if (signal.aborted) await takeAway(grown, node);
    throw error;
  }
  return node;
}

/** Takes a node out of the cluster, its files too. */
export async function takeAway(cluster: Cluster, node: NodeRecord): Promise<void> {
  await requireRunning(cluster); // or it would stay known to the API server
  await removeGroup(groupOf(cluster, node.name));
  await kubectl(cluster, ["delete", "node", node.name, "--ignore-not-found", "--wait=false"]);
  await writeRecord({ ...cluster, nodes: cluster.nodes.filter(({ name }) => name !== node.name) });
  await rm(machineDirectory(cluster, node.name), { recursive: true, force: true });
}

/** Cuts a node's power. */
export async function turnOff(cluster: Cluster, node: NodeRecord): Promise<void> {
  await powerOff(cluster, node.name);
}

/** Gives a node its power back and waits until it is Ready again. */
export async function turnOn(
  cluster: Cluster,
  node: NodeRecord,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  await requireRunning(cluster);
  const pid = await initOf(cluster, node.name);
  if (pid !== undefined && (await isWired(pid))) return;
  await bringUp({ ...cluster, nodes: [node] }, [node], progress, signal);
}

/** The node of that name. */
export function nodeNamed(cluster: Cluster, name: string | undefined): NodeRecord {
  const node = cluster.nodes.find((candidate) => candidate.name === name);
  if (node) return node;
  const names = cluster.nodes.map((candidate) => candidate.name).join(", ");
  throw new Failure(
    `expected the name of a node of cluster ${cluster.name} (${names}), got ${name ?? "nothing"}`,
  );
}

async function requireRunning(cluster: Cluster): Promise<void> {
  if (await controlPlaneRuns(cluster)) return;
  throw new Failure(`cluster ${cluster.name} does not run: start it first`);
}
