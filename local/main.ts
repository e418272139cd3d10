import { parseArgs } from "node:util";
import { identityOf, nameOfCheckout, namePattern } from "./cluster/identity.ts";
import { requireRoot } from "./cluster/requirements.ts";
import { runtimesIn } from "./cluster/runtimes.ts";
import { checkout } from "./engine/settings.ts";
import { withLock } from "./machine/lock.ts";
import { command } from "./terminal/command.ts";
import { Failure } from "./terminal/failure.ts";
import { Progress } from "./terminal/progress.ts";
import { verbs } from "./verbs.ts";

const options = {
  name: { type: "string", default: nameOfCheckout(checkout) },
  nodes: { type: "string" },
  runtime: { type: "string", multiple: true },
  subnet: { type: "string" },
  "fast-not-ready": { type: "boolean", default: false },
} as const;

// The person's own would decide what the nodes' programs may read; what is secret says so itself.
process.umask(0o022);

await command(async (signal) => {
  const { values, positionals } = readArguments();
  const [name = "", ...words] = positionals;
  const verb = verbs[name];
  if (verb === undefined) throw new Failure(`expected a verb, got ${name || "none"}\n${usage()}`);
  if (verb.root) requireRoot(`"${name}"`);
  if (!namePattern.test(values.name)) {
    throw new Failure(`--name: expected 1 to 40 of a-z, 0-9 and inner hyphens, got ${values.name}`);
  }
  const nodes = nodesIn(values.nodes);
  const wanted = {
    ...(nodes === undefined ? {} : { nodes }),
    ...(values.subnet === undefined ? {} : { subnet: values.subnet }),
    runtimes: runtimesIn(values.runtime ?? []),
    fastNotReady: values["fast-not-ready"],
  };
  const identity = identityOf(values.name);
  const progress = new Progress();
  const run = () => verb.run({ identity, words, wanted, progress, signal });
  if (!verb.alone) return run();
  const onWait = () => progress.say(`another command is at work on cluster ${identity.name}; waiting for it`);
  await withLock(`cluster/${identity.name}`, run, { signal, onWait });
});

function readArguments() {
  try {
    return parseArgs({ options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : error}\n${usage()}`);
  }
}

function nodesIn(text: string | undefined): number | undefined {
  if (text === undefined || /^([1-9]|1\d|20)$/.test(text))
    return text === undefined ? undefined : Number(text);
  throw new Failure(`--nodes: expected a whole number from 1 to 20, got ${text}`);
}

function usage(): string {
  const lines = Object.entries(verbs).map(([name, verb]) => `  ${name.padEnd(7)} ${verb.usage}`);
  return ["usage: node local/main.ts VERB [--name CLUSTER]", ...lines].join("\n");
}
