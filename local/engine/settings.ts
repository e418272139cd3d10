import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nodeAddress } from "../cluster/addresses.ts";
import type { Cluster } from "../cluster/record.ts";
import { run } from "../machine/run.ts";
import type { Progress } from "../terminal/progress.ts";
import { stack, stateOf } from "./environment.ts";

/** The checkout whose program is deployed. */
export const checkout = join(import.meta.dirname, "../..");

/** The stack's settings on a cluster: the checkout's, with the cluster's own address and the engine's salt. */
export const settingsOf = (cluster: Cluster) => join(stateOf(cluster), `Pulumi.${stack}.yaml`);

/** Those of the checkout that they were made from, to see whether it has changed since. */
const sourceOf = (cluster: Cluster) => join(stateOf(cluster), `checkout.${stack}.yaml`);

/**
 * Makes the stack and its settings where they are not there. The engine writes its salt into the stack's settings, so
 * it gets a copy of them beside its state; the checkout stays as it is. What a person sets in the copy stays until the
 * checkout's own are changed.
 */
export async function ensureSettings(
  cluster: Cluster,
  env: NodeJS.ProcessEnv,
  progress: Progress,
): Promise<void> {
  const path = settingsOf(cluster);
  const source = await readFile(join(checkout, `Pulumi.${stack}.yaml`), "utf8");
  const before = await readFile(path, "utf8").catch(() => undefined);
  const changed = source !== (await readFile(sourceOf(cluster), "utf8").catch(() => undefined));
  if (before !== undefined && changed) progress.say(`settings: taken anew from Pulumi.${stack}.yaml`);
  const salt = saltLine(before) ?? (await initStack(cluster, env));
  const text = before === undefined || changed ? `${salt}\n${source}` : before;
  const addresses = cluster.nodes.map(({ number }) => nodeAddress(cluster.subnet, number));
  await write(path, addressed(text, addresses, !addressPattern.test(source)));
  await write(sourceOf(cluster), source);
}

/** The address that settings have the registry reached at. */
export async function addressIn(cluster: Cluster): Promise<string> {
  return addressPattern.exec(await readFile(settingsOf(cluster), "utf8"))?.[2] ?? "";
}

const addressPattern = /^( *edge-registry:nodeAddress: *)"?([^"\s]+)"?[^\n]*$/m;

/** Settings with the address of a node: the first's where they name none, or `ours` one that no node has. */
export function addressed(settings: string, addresses: readonly string[], ours: boolean): string {
  const [first = ""] = addresses;
  const named = addressPattern.exec(settings)?.[2];
  if (named === undefined) {
    const line = `  edge-registry:nodeAddress: ${first}`;
    const head = /^config:[ \t]*(\{\})?[ \t]*(#.*)?$/m;
    return head.test(settings) ? settings.replace(head, `config:\n${line}`) : `${settings}config:\n${line}\n`;
  }
  return !ours || addresses.includes(named) ? settings : settings.replace(addressPattern, `$1${first}`);
}

const saltLine = (settings = "") => /^encryptionsalt: .*$/m.exec(settings)?.[0];

/** Makes the stack and returns the line with its salt. */
async function initStack(cluster: Cluster, env: NodeJS.ProcessEnv): Promise<string> {
  const cwd = join(stateOf(cluster), "draft");
  const draft = join(cwd, `Pulumi.${stack}.yaml`);
  await mkdir(cwd, { recursive: true });
  await copyFile(join(checkout, "Pulumi.yaml"), join(cwd, "Pulumi.yaml"));
  const init = ["stack", "init", "--no-select", "--stack", stack];
  await run(join(cluster.bin, "pulumi"), init, { cwd, env }).catch((error) => {
    if (!`${error}`.includes("already exists")) throw error; // made by one that was killed right after
  });
  const salt = existsSync(draft) ? saltLine(await readFile(draft, "utf8")) : undefined;
  await rm(cwd, { recursive: true });
  return salt ?? "";
}

/** In one step, for an engine that may be reading it. */
async function write(path: string, text: string): Promise<void> {
  await writeFile(`${path}.draft`, text, { mode: 0o600 });
  await rename(`${path}.draft`, path);
}
