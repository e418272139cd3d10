import { existsSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../machine/lock.ts";
import { Failure } from "../terminal/failure.ts";
import type { Progress } from "../terminal/progress.ts";
import { addons } from "./addons.ts";
import { rangeOf } from "./addresses.ts";
import { get, heardSince, kubectl, nodeStatuses, TimedOut, until } from "./api.ts";
import { makeGroup } from "./cgroups.ts";
import { claim } from "./claim.ts";
import { makeCredentials, startControlPlane } from "./control-plane.ts";
import { grownBy, type Runtimes } from "./growth.ts";
import type { Identity } from "./identity.ts";
import { initOf } from "./machine.ts";
import { isWired, wireNode } from "./network.ts";
import { renewImages, startNode } from "./node.ts";
import {
  type Cluster,
  controlPlane,
  machineDirectory,
  type NodeRecord,
  readRecord,
  writeRecord,
} from "./record.ts";
import { requireMachine } from "./requirements.ts";
import { runtimeOf } from "./runtimes.ts";
import { remove } from "./stop.ts";
import { saveSysctls } from "./sysctls.ts";

/** What a cluster is asked to be. */
export interface Wanted {
  /** 1 by default; what a cluster already has besides stays. */
  readonly nodes?: number;
  /** The runtimes of nodes that are not set up the usual way, by name. */
  readonly runtimes?: Runtimes;
  /** A /24 range; one that is free by default. */
  readonly subnet?: string;
  readonly fastNotReady: boolean;
  /** Whether its name server is waited for too. */
  readonly named: boolean;
  /** Builds what is missing, once it is certain that a cluster can run here. */
  readonly build: () => Promise<Pick<Cluster, "bin" | "images" | "imageStore">>;
}

/** Brings a cluster up: a new one, or one that lost some of its machines; one that is whole is left as it is. */
export async function start(
  identity: Identity,
  wanted: Wanted,
  progress: Progress,
  signal: AbortSignal,
): Promise<Cluster> {
  const known = await readRecord(identity);
  if (known?.whole) return resume(known, wanted, progress, signal);
  await remove(identity); // what a start that was cut short left
  try {
    await requireMachine(identity, wanted.nodes ?? 1);
    const claimed = await claim(identity, wanted);
    const cluster = await writeRecord({ ...claimed, ...(await wanted.build()) });
    await announce(cluster);
    await makeCredentials(cluster);
    await bringUp(cluster, cluster.nodes, progress, signal);
    if (wanted.named) await awaitNames(cluster, progress, signal);
    return await writeRecord({ ...cluster, whole: true });
  } catch (error) {
    // A wait that ended without success leaves the machines and their logs to be looked at; nothing else does.
    if (signal.aborted || !(error instanceof TimedOut)) await remove(identity);
    throw error;
  }
}

/** Remembers the machine's settings, and shows by its control group that a cluster now relies on that. */
function announce({ cgroup }: Cluster): Promise<unknown> {
  return withLock("sysctls", async () => {
    await saveSysctls();
    await makeGroup(cgroup);
  });
}

/** Starts what is not running of a cluster that was whole once. */
async function resume(
  cluster: Cluster,
  wanted: Wanted,
  progress: Progress,
  signal: AbortSignal,
): Promise<Cluster> {
  const missing = (wanted.nodes ?? 1) - cluster.nodes.length;
  if (wanted.subnet !== undefined && wanted.subnet !== rangeOf(cluster.subnet)) {
    const has = `cluster ${cluster.name} has ${rangeOf(cluster.subnet)}`;
    throw new Failure(`--subnet: ${has}: stop it first, or leave --subnet out`);
  }
  const planned = grownBy(cluster, missing, wanted.runtimes);
  const off = await machinesOff(cluster);
  if (off.length === 0 && missing <= 0 && (await unwired(cluster)).length === 0) {
    progress.say(`cluster ${cluster.name} runs already, with ${cluster.nodes.length} nodes`);
    return cluster;
  }
  await requireMachine(cluster, Math.max(missing, 0));
  await announce(cluster);
  const grown = await writeRecord({ ...planned, ...(await wanted.build()) });
  const toStart = grown.nodes.filter(
    ({ name }) => off.includes(name) || !cluster.nodes.some((node) => node.name === name),
  );
  await bringUp(grown, toStart, progress, signal);
  if (wanted.named) await awaitNames(grown, progress, signal);
  return grown;
}

async function machinesOff(cluster: Cluster): Promise<readonly string[]> {
  const on = await Promise.all(
    cluster.nodes.map(async ({ name }) => (await initOf(cluster, name)) !== undefined),
  );
  const nodes = cluster.nodes.filter((_, at) => !on[at]).map(({ name }) => name);
  return (await controlPlaneRuns(cluster)) ? nodes : [controlPlane, ...nodes];
}

/** Whether the control plane runs, its start not cut short before it was joined to its network. */
export async function controlPlaneRuns(cluster: Cluster): Promise<boolean> {
  const pid = await initOf(cluster, controlPlane);
  return pid !== undefined && existsSync(`/sys/class/net/${cluster.interface}`) && (await isWired(pid));
}

/** The nodes that run and are not joined to the bridge. */
async function unwired(cluster: Cluster): Promise<readonly (readonly [NodeRecord, number])[]> {
  const found = cluster.nodes.map(async (node) => {
    const pid = await initOf(cluster, node.name);
    return pid === undefined || (await isWired(pid)) ? [] : [[node, pid] as const];
  });
  return (await Promise.all(found)).flat();
}

/** Starts nodes, and the control plane where it does not run, and waits until they are Ready. */
export async function bringUp(
  cluster: Cluster,
  nodes: readonly NodeRecord[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const logs = logsOf(cluster);
  const since = Date.now();
  const rebooted = nodes.filter(({ name }) => existsSync(machineDirectory(cluster, name)));
  const counted = countOf(nodes);
  const begin = async () => {
    const fresh = !(await controlPlaneRuns(cluster));
    if (fresh) await startControlPlane(cluster);
    await Promise.all(nodes.map((node) => startNode(cluster, node)));
    const bridge = await initOf(cluster, controlPlane);
    for (const [node, pid] of await unwired(cluster)) await wireNode(cluster, node, bridge ?? 0, pid);
    await until(() => isServing(cluster), { what: "the API server", seconds: 60, signal, logs });
    if (fresh) await kubectl(cluster, ["apply", "--validate=false", "-f", "-"], JSON.stringify(addons));
    const areReady = () => areReadyAgain(cluster, nodes, rebooted, since);
    await until(areReady, { what: `${counted} to be Ready`, seconds: 90, signal, logs });
  };
  await progress.during(`starting ${counted}`, begin, `${counted} Ready`);
  await Promise.all(nodes.map((node) => renewImages(cluster, node)));
}

/** Waits until a cluster's name server answers. */
export async function awaitNames(cluster: Cluster, progress: Progress, signal: AbortSignal): Promise<void> {
  const path = "/apis/apps/v1/namespaces/kube-system/deployments/coredns";
  const answers = async () => JSON.parse(await get(cluster, path)).status?.readyReplicas >= 1;
  const awaited = { what: "the name server", seconds: 90, signal, logs: logsOf(cluster) };
  await progress.during("name server", () => until(answers, awaited), "name server there");
}

const logsOf = ({ directory }: Cluster) => join(directory, "machines");

const countOf = ({ length }: readonly NodeRecord[]) =>
  length === 0 ? "the control plane" : length === 1 ? "1 node" : `${length} nodes`;

const isServing = async (cluster: Cluster) => (await get(cluster, "/readyz")) === "ok";

/** Whether nodes are Ready; those that lost their power count as Ready for a while and must be heard of again. */
async function areReadyAgain(
  cluster: Cluster,
  nodes: readonly NodeRecord[],
  rebooted: readonly NodeRecord[],
  since: number,
): Promise<boolean> {
  const statuses = new Map((await nodeStatuses(cluster)).map((status) => [status.name, status]));
  const isReady = (node: NodeRecord) => {
    const { ready = false, annotations = {} } = statuses.get(node.name) ?? {};
    const [noted] = runtimeOf(node).annotation?.split("=") ?? [];
    return ready && (noted === undefined || noted in annotations);
  };
  if (!nodes.every(isReady)) return false;
  const heard = rebooted.length === 0 ? undefined : await heardSince(cluster, since);
  return rebooted.every(({ name }) => heard?.has(name));
}
