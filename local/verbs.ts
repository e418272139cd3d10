import { spawn } from "node:child_process";
import { type Identity, nameOfCheckout } from "./cluster/identity.ts";
import { hasOwnRoot, initOf, inside } from "./cluster/machine.ts";
import { add, nodeNamed, takeAway, turnOff, turnOn } from "./cluster/nodes.ts";
import { type Cluster, controlPlane, kubeconfigOf, readRecord } from "./cluster/record.ts";
import { runtimeNamed } from "./cluster/runtimes.ts";
import { awaitNames, start, type Wanted } from "./cluster/start.ts";
import { status, table } from "./cluster/status.ts";
import { remove } from "./cluster/stop.ts";
import { deploy, exportsFor, undeploy } from "./engine/deploy.ts";
import { checkout } from "./engine/settings.ts";
import { catalog } from "./images/catalog.ts";
import { ensureImages } from "./images/ensure.ts";
import { ensureStore } from "./images/store.ts";
import { ensurePrerequisites, prerequisites } from "./machine/prerequisites.ts";
import { Failure } from "./terminal/failure.ts";
import type { Progress } from "./terminal/progress.ts";
import { ensureToolchain } from "./toolchain/ensure.ts";

/** What a verb is called with. */
export interface Call {
  readonly identity: Identity;
  /** The words after the verb. */
  readonly words: readonly string[];
  readonly wanted: Omit<Wanted, "build" | "named">;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Something a person can ask for. */
export interface Verb {
  /** What it takes and does, for the usage text. */
  readonly usage: string;
  /** Whether it needs root, and so a cluster. */
  readonly root: boolean;
  /** Whether only one may be at work on a cluster at a time. */
  readonly alone: boolean;
  run(call: Call): Promise<void>;
}

const changing = { root: true, alone: true } as const;
const looking = { root: true, alone: false } as const;

/** All verbs by name. */
export const verbs: Readonly<Record<string, Verb>> = {
  up: {
    ...changing,
    usage:
      "builds what is missing, starts the cluster, deploys the dev stack on it and prints an access card",
    async run(call) {
      const chosen = call.identity.name === nameOfCheckout(checkout) ? "" : ` CLUSTER=${call.identity.name}`;
      const { progress, signal } = call;
      // The name server comes up beside the deployment, whose proof needs it: without it, that is what there is to tell.
      const cluster = await started(call, { named: false });
      const card = deploy(cluster, chosen, progress, signal).catch(async (error) => {
        if (!signal.aborted) await awaitNames(cluster, progress, signal);
        throw error;
      });
      console.log(await card);
    },
  },
  down: {
    ...changing,
    usage: "destroys the dev stack and stops the cluster",
    async run(call) {
      const cluster = await readRecord(call.identity);
      if (cluster) await undeploy(cluster, call.progress, call.signal);
      await stopped(call);
    },
  },
  env: {
    ...looking,
    usage: "prints the shell exports for pulumi, kubectl and crane on the cluster",
    async run({ identity, signal }) {
      console.log(await exportsFor(await whole(identity), signal));
    },
  },
  tools: {
    root: false,
    alone: false,
    usage: "builds what this machine lacks and prints the folder that has it all",
    async run({ progress, signal }) {
      await ensurePrerequisites(prerequisites, progress, signal);
      console.log((await tools(progress, signal)).bin);
    },
  },
  start: {
    ...changing,
    usage:
      "[--nodes N] [--runtime NODE=plain|k3s…] [--subnet A.B.C.0/24] [--fast-not-ready]: starts a cluster, prints its kubeconfig's path",
    async run(call) {
      console.log(kubeconfigOf(await started(call, { named: true })));
    },
  },
  stop: { ...changing, usage: "takes the cluster and all its files off the machine", run: stopped },
  status: {
    ...looking,
    usage: "shows the cluster's machines",
    async run({ identity }) {
      console.log(table(await status(await existing(identity))));
    },
  },
  add: {
    ...changing,
    usage: "[plain|k3s]: adds a node, whose containerd is set up the usual way or as named; prints its name",
    async run({ identity, words: [runtime], progress, signal }) {
      console.log((await add(await whole(identity), runtimeNamed(runtime), progress, signal)).name);
    },
  },
  remove: {
    ...changing,
    usage: "NODE: takes a node out of the cluster, with its files",
    run: ({ identity, words }) => onNode(identity, words[0], takeAway),
  },
  off: {
    ...changing,
    usage: "NODE: cuts a node's power",
    run: ({ identity, words }) => onNode(identity, words[0], turnOff),
  },
  on: {
    ...changing,
    usage: "NODE: gives it back, and waits until the node is Ready",
    run: ({ identity, words, progress, signal }) =>
      onNode(identity, words[0], (cluster, node) => turnOn(cluster, node, progress, signal)),
  },
  exec: {
    ...looking,
    usage: "MACHINE [-- COMMAND…]: runs a command inside a machine, a shell by default",
    async run({ identity, words: [machine = "", ...words] }) {
      const cluster = await existing(identity);
      const pid = await initOf(
        cluster,
        machine === controlPlane ? machine : nodeNamed(cluster, machine).name,
      );
      if (pid === undefined) throw new Failure(`${machine} is off: switch it on first`);
      if (!(await hasOwnRoot(pid))) throw new Failure(`${machine} is just being started: try again`);
      process.exitCode = await inFront(...inside(pid, ...(words.length > 0 ? words : ["bash"])));
    },
  },
};

/** The tools and images, built where they are missing. */
async function tools(progress: Progress, signal: AbortSignal) {
  const bin = await ensureToolchain(progress, signal);
  return { bin, images: await ensureImages(await catalog(bin), progress, signal) };
}

async function started(
  { identity, wanted, progress, signal }: Call,
  { named }: Pick<Wanted, "named">,
): Promise<Cluster> {
  await ensurePrerequisites(prerequisites, progress, signal);
  const build = async () => {
    const { bin, images } = await tools(progress, signal);
    return { bin, images, imageStore: await ensureStore({ bin, archives: images }, progress, signal) };
  };
  return start(identity, { ...wanted, named, build }, progress, signal);
}

async function stopped({ identity, progress }: Call): Promise<void> {
  const { name } = identity;
  await progress.during(`stopping cluster ${name}`, () => remove(identity), `cluster ${name} is gone`);
}

async function existing(identity: Identity): Promise<Cluster> {
  const cluster = await readRecord(identity);
  if (cluster) return cluster;
  throw new Failure(`there is no cluster ${identity.name} on this machine: start it with make cluster`);
}

/** The same, once it was brought up to its end: of one that was not, there is only a look to be had. */
async function whole(identity: Identity): Promise<Cluster> {
  const cluster = await existing(identity);
  if (cluster.whole) return cluster;
  throw new Failure(`cluster ${identity.name} was not brought up to its end: start it again`);
}

async function onNode(
  identity: Identity,
  name: string | undefined,
  act: (cluster: Cluster, node: ReturnType<typeof nodeNamed>) => Promise<void>,
): Promise<void> {
  const cluster = await whole(identity);
  await act(cluster, nodeNamed(cluster, name));
}

function inFront(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit" });
    child.on("error", reject).on("close", (code) => resolve(code ?? 1));
  });
}
