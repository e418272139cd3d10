import { existsSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../machine/lock.ts";
import { Failure } from "../terminal/failure.ts";
import type { Progress } from "../terminal/progress.ts";
import { addons } from "./addons.ts";
import {
  candidates,
  firstFree,
  mostNodes,
  overlap,
  parseSubnet,
  podRange,
  rangeOf,
  type Subnet,
  serviceRange,
} from "./addresses.ts";
import { get, heardSince, kubectl, nodeStatuses, TimedOut, until } from "./api.ts";
import { makeGroup } from "./cgroups.ts";
import { makeCredentials, startControlPlane } from "./control-plane.ts";
import type { Identity } from "./identity.ts";
import { initOf } from "./machine.ts";
import { isWired, rangesInUse, wireNode } from "./network.ts";
import { hasImages, startNode } from "./node.ts";
import {
  type Cluster,
  controlPlane,
  machineDirectory,
  type NodeRecord,
  otherRecords,
  readRecord,
  writeRecord,
} from "./record.ts";
import { requireMachine } from "./requirements.ts";
import { type RuntimeName, usualRuntime } from "./runtimes.ts";
import { remove } from "./stop.ts";
import { saveSysctls } from "./sysctls.ts";

type Runtimes = Readonly<Record<string, RuntimeName>>;

/** What a cluster is asked to be. */
export interface Wanted {
  /** 1 by default; what a cluster already has besides stays. */
  readonly nodes?: number;
  /** The runtimes of nodes that are not set up the usual way, by name. */
  readonly runtimes?: Runtimes;
  /** A /24 range; one that is free by default. */
  readonly subnet?: string;
  readonly fastNotReady: boolean;
  /** Builds what is missing, once it is certain that a cluster can run here. */
  readonly build: () => Promise<Pick<Cluster, "bin" | "images">>;
}

/**
 * Brings a cluster up: a new one, or one that lost some of its machines; one that is whole is left as it is. Its name
 * server may still be on its way.
 */
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
    return await writeRecord({ ...cluster, whole: true });
  } catch (error) {
    // A wait that ended without success leaves the machines and their logs to be looked at; nothing else does.
    if (signal.aborted || !(error instanceof TimedOut)) await remove(identity);
    throw error;
  }
}

/** Chooses the cluster's addresses and writes its record, one cluster at a time. */
function claim(identity: Identity, { nodes = 1, runtimes, subnet, fastNotReady }: Wanted): Promise<Cluster> {
  return withLock("addresses", async () => {
    const others = (await otherRecords(identity.name)).map((other) => rangeOf(other.subnet));
    const inUse = [...(await rangesInUse()), ...others];
    const chosen = subnet === undefined ? chooseSubnet(identity.name, inUse) : checkSubnet(subnet, inUse);
    const empty = { ...identity, subnet: chosen, nodes: [], highestNumber: 0, fastNotReady };
    return writeRecord(grownBy({ ...empty, bin: "", images: [], whole: false }, nodes, runtimes));
  });
}

function chooseSubnet(name: string, inUse: readonly string[]): Subnet {
  const free = firstFree(candidates(name), inUse);
  if (free) return free;
  throw new Failure(
    "every /24 range in 10.78.0.0/16 is in use here: name a free one with --subnet, as in 192.168.77.0/24",
  );
}

function checkSubnet(text: string, inUse: readonly string[]): Subnet {
  const subnet = parseSubnet(text);
  if (subnet === undefined) throw new Failure(`--subnet: expected a range such as 10.78.5.0/24, got ${text}`);
  const own = [serviceRange, podRange].find((range) => overlap(rangeOf(subnet), range));
  if (own) throw new Failure(`--subnet: ${text} meets ${own}, which every cluster uses inside: name another`);
  const taken = inUse.find((range) => overlap(rangeOf(subnet), range));
  if (taken === undefined) return subnet;
  throw new Failure(
    `--subnet: ${text} is in use on this machine by ${taken}: leave --subnet out, or name another`,
  );
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

/** Starts nodes, and the control plane where it does not run, and waits until they are Ready and have the images. */
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
  const haveImages = async () =>
    (await Promise.all(nodes.map((node) => hasImages(cluster, node)))).every(Boolean);
  await progress.during(
    "images",
    () => until(haveImages, { what: "the images", seconds: 90, signal, logs }),
    "images there",
  );
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
  const ready = new Set(
    (await nodeStatuses(cluster)).filter((status) => status.ready).map(({ name }) => name),
  );
  if (!nodes.every(({ name }) => ready.has(name))) return false;
  const heard = rebooted.length === 0 ? undefined : await heardSince(cluster, since);
  return rebooted.every(({ name }) => heard?.has(name));
}
