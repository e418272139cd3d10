import { join } from "node:path";
import type { Cluster } from "../cluster/record.ts";
import { run } from "../machine/run.ts";
import { stack } from "./environment.ts";
import { checkout } from "./settings.ts";

/** What a deployed stack tells, as far as it is used here. */
export interface Outputs {
  readonly url: string;
  readonly caCertificate: string;
  readonly accounts: readonly Account[];
  readonly loginCommand: string;
  readonly certificateExpires: string;
  readonly certificateRenewsFrom: string;
}

/** Somebody who may use the registry. */
export interface Account {
  readonly name: string;
  readonly role: "push" | "pull";
  readonly password: string;
}

/** Reads what the stack tells, passwords too, after an `up` that came to its end. */
export async function outputsOf(
  cluster: Cluster,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Outputs> {
  return JSON.parse(await output(cluster, env, signal, "--show-secrets"));
}

/** What a destroy would leave; nothing where an `up` never came to its end. */
export async function keptBy(
  cluster: Cluster,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const text = await output(cluster, env, signal, "kept").catch(() => "[]");
  signal.throwIfAborted();
  return JSON.parse(text);
}

function output(cluster: Cluster, env: NodeJS.ProcessEnv, signal: AbortSignal, what: string) {
  const words = ["stack", "output", what, "--json", "--stack", stack];
  return run(join(cluster.bin, "pulumi"), words, { cwd: checkout, env, signal });
}
