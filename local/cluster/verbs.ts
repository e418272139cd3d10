import { spawn } from "node:child_process";
import { Failure } from "../terminal/failure.ts";
import type { Progress } from "../terminal/progress.ts";
import { type Identity, identityOf, namePattern } from "./identity.ts";
import { initOf, inside } from "./machine.ts";
import { add, nodeNamed, takeAway, turnOff, turnOn } from "./nodes.ts";
import { type Cluster, controlPlane, readRecord } from "./record.ts";
import { status, table } from "./status.ts";
import { remove } from "./stop.ts";

/** A cluster's identity by a name that a person gave. */
export function identityNamed(name: string): Identity {
  if (namePattern.test(name)) return identityOf(name);
  throw new Failure(
    `--name: expected at most 40 of a-z, 0-9 and -, beginning and ending with a letter or digit, got ${name}`,
  );
}

/** The record of a cluster that must be there. */
export async function existing(identity: Identity): Promise<Cluster> {
  const cluster = await readRecord(identity);
  if (cluster) return cluster;
  throw new Failure(`there is no cluster ${identity.name} on this machine: start it with make cluster`);
}

/** What a verb is called with. */
export interface Call {
  readonly identity: Identity;
  readonly words: readonly string[];
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What can be done with a cluster once it was started, by the verb for it. */
export const verbs: Readonly<Record<string, (call: Call) => Promise<void>>> = {
  async stop({ identity, progress }) {
    await progress.during(`stopping ${identity.name}`, () => remove(identity), `${identity.name} is gone`);
  },
  async status({ identity }) {
    console.log(table(await status(await existing(identity))));
  },
  async add({ identity, progress, signal }) {
    console.log((await add(await existing(identity), progress, signal)).name);
  },
  async remove({ identity, words }) {
    const cluster = await existing(identity);
    await takeAway(cluster, nodeNamed(cluster, words[0]));
  },
  async off({ identity, words }) {
    const cluster = await existing(identity);
    await turnOff(cluster, nodeNamed(cluster, words[0]));
  },
  async on({ identity, words, progress, signal }) {
    const cluster = await existing(identity);
    await turnOn(cluster, nodeNamed(cluster, words[0]), progress, signal);
  },
  async exec({ identity, words: [machine = "", ...words] }) {
    const cluster = await existing(identity);
    const pid = await initOf(cluster, machine === controlPlane ? machine : nodeNamed(cluster, machine).name);
    if (pid === undefined) throw new Failure(`${machine} is off: switch it on first`);
    const [command, args] = inside(pid, ...(words.length > 0 ? words : ["bash"]));
    process.exitCode = await interactive(command, args);
  },
};

function interactive(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit" });
    child.on("error", reject).on("close", (code) => resolve(code ?? 1));
  });
}
