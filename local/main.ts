import { join } from "node:path";
import { parseArgs } from "node:util";
import { nameOfCheckout } from "./cluster/identity.ts";
import { kubeconfigOf } from "./cluster/record.ts";
import { requireRoot } from "./cluster/requirements.ts";
import { start } from "./cluster/start.ts";
import { identityNamed, verbs } from "./cluster/verbs.ts";
import { ensureImages } from "./images/ensure.ts";
import { withLock } from "./machine/lock.ts";
import { ensurePrerequisites, prerequisites } from "./machine/prerequisites.ts";
import { command } from "./terminal/command.ts";
import { Failure } from "./terminal/failure.ts";
import { Progress } from "./terminal/progress.ts";
import { ensureToolchain } from "./toolchain/ensure.ts";

const usage = `node local/main.ts VERB [--name CLUSTER]
  tools                 builds what this machine lacks and prints the folder that has it all
  start [--nodes N] [--subnet A.B.C.0/24] [--fast-not-ready]
  stop | status | add
  remove NODE | off NODE | on NODE | exec MACHINE [-- COMMAND…]`;

const options = {
  name: { type: "string", default: nameOfCheckout(join(import.meta.dirname, "..")) },
  nodes: { type: "string", default: "1" },
  subnet: { type: "string" },
  "fast-not-ready": { type: "boolean", default: false },
} as const;

await command(async (signal) => {
  const args = process.argv.slice(2);
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
  const progress = new Progress();
  const [verb = "", ...words] = positionals;
  const identity = identityNamed(values.name);
  if (verb === "tools") return console.log((await tools(progress, signal)).bin);
  const known = verbs[verb];
  if (known === undefined && verb !== "start")
    throw new Failure(`unknown verb ${verb || "(none)"}\n${usage}`);
  requireRoot("a cluster");
  const call = { identity, words, progress, signal };
  if (verb === "exec" || verb === "status") return known?.(call);
  const onWait = () => progress.say(`another command is at work on cluster ${identity.name}; waiting for it`);
  await withLock(`cluster/${identity.name}`, () => (known ? known(call) : begin()), { signal, onWait });

  async function begin(): Promise<void> {
    const nodes = Number(values.nodes);
    if (!(Number.isInteger(nodes) && nodes >= 1 && nodes <= 20)) {
      throw new Failure(`--nodes: expected a whole number from 1 to 20, got ${values.nodes}`);
    }
    const subnet = values.subnet === undefined ? {} : { subnet: values.subnet };
    const built = await tools(progress, signal);
    const wanted = { nodes, ...subnet, fastNotReady: values["fast-not-ready"], ...built };
    const cluster = await start(identity, wanted, progress, signal);
    console.log(kubeconfigOf(cluster));
  }
});

async function tools(progress: Progress, signal: AbortSignal) {
  await ensurePrerequisites(prerequisites, progress, signal);
  const bin = await ensureToolchain(progress, signal);
  return { bin, images: await ensureImages(bin, progress, signal) };
}
