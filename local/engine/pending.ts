import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "../cluster/record.ts";
import { run } from "../machine/run.ts";
import { stack, stateOf } from "./environment.ts";
import { checkout } from "./settings.ts";

/**
 * Forgets what a killed engine was in the middle of. It would be warned of for ever, or until a person answers a
 * refresh's questions; the program takes over what it finds, so there is nothing to decide.
 */
export async function forgetPending(cluster: Cluster, env: NodeJS.ProcessEnv): Promise<void> {
  const state = join(stateOf(cluster), ".pulumi/stacks/edge-registry", `${stack}.json`);
  const stored = await readFile(state, "utf8").catch(() => "");
  if (!stored.includes('"pending_operations"')) return;
  const pulumi = (...words: string[]) =>
    run(join(cluster.bin, "pulumi"), ["stack", ...words, "--stack", stack], { cwd: checkout, env });
  const exported: State = JSON.parse(await pulumi("export"));
  const { pending_operations: _, ...deployment } = exported.deployment;
  const file = join(stateOf(cluster), "without-pending.json");
  await writeFile(file, JSON.stringify({ ...exported, deployment }), { mode: 0o600 });
  await pulumi("import", "--file", file);
  await rm(file);
}

interface State {
  readonly deployment: { readonly pending_operations?: unknown };
}
