import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { initOf } from "../cluster/machine.ts";
import { type Cluster, controlPlane } from "../cluster/record.ts";
import { run } from "../machine/run.ts";
import { Failure } from "../terminal/failure.ts";
import type { Progress } from "../terminal/progress.ts";
import { asExports, environmentOf, homeOf, stateOf } from "./environment.ts";
import { installPlugins } from "./plugins.ts";

const checkout = join(import.meta.dirname, "../..");
const stack = "dev";

/** Deploys the program's `dev` stack on a cluster. */
export async function deploy(cluster: Cluster, progress: Progress, signal: AbortSignal): Promise<void> {
  const env = await prepare(cluster, progress, signal);
  await ensureStack(cluster, env);
  await pulumi(cluster, env, ["up", "--yes", "--skip-preview", ...stackOptions(cluster)], signal);
}

/**
 * Makes the stack where it is not there. The engine writes its encryption salt into the stack's settings, so it
 * gets a copy of them beside its state; the checkout stays as it is.
 */
async function ensureStack(cluster: Cluster, env: NodeJS.ProcessEnv): Promise<void> {
  const cwd = stateOf(cluster);
  if (existsSync(configOf(cluster))) return;
  await copyFile(join(checkout, "Pulumi.yaml"), join(cwd, "Pulumi.yaml"));
  await run(join(cluster.bin, "pulumi"), ["stack", "init", "--no-select", "--stack", stack], { cwd, env });
  const settings = await readFile(join(checkout, `Pulumi.${stack}.yaml`), "utf8");
  await appendFile(configOf(cluster), settings);
}

/** Takes back what was deployed on a cluster, where there is something and the cluster still answers. */
export async function undeploy(cluster: Cluster, progress: Progress, signal: AbortSignal): Promise<void> {
  if (!existsSync(configOf(cluster))) return;
  if ((await initOf(cluster, controlPlane)) === undefined) {
    progress.say(`cluster ${cluster.name} does not run, so there is nothing to destroy in it`);
    return;
  }
  const env = await prepare(cluster, progress, signal);
  await pulumi(cluster, env, ["destroy", "--yes", "--skip-preview", ...stackOptions(cluster)], signal);
}

/** Says which plugins are used and returns the variables to run with. */
async function prepare(
  cluster: Cluster,
  progress: Progress,
  signal: AbortSignal,
): Promise<NodeJS.ProcessEnv> {
  const environment = await environmentOf(cluster);
  progress.say(await installPlugins(homeOf(cluster), cluster.bin, signal));
  return { ...process.env, ...environment, PATH: `${environment.PATH}:${process.env.PATH}` };
}

/** The shell lines that put `pulumi`, `kubectl` and `crane` to work on a cluster. */
export async function exportsFor(cluster: Cluster, signal: AbortSignal): Promise<string> {
  await installPlugins(homeOf(cluster), cluster.bin, signal);
  return asExports(await environmentOf(cluster));
}

const configOf = (cluster: Cluster) => join(stateOf(cluster), `Pulumi.${stack}.yaml`);
const stackOptions = (cluster: Cluster) => ["--stack", stack, "--config-file", configOf(cluster)];

/** Runs the engine in front of the person, who sees all that it prints. An interrupt makes it stop in good order. */
function pulumi(
  cluster: Cluster,
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(cluster.bin, "pulumi"), args, { cwd: checkout, env, stdio: "inherit" });
    const interrupt = () => child.kill("SIGINT");
    signal.addEventListener("abort", interrupt, { once: true });
    child.on("error", reject).on("close", (code) => {
      signal.removeEventListener("abort", interrupt);
      if (code === 0) resolve();
      else
        reject(
          signal.aborted
            ? signal.reason
            : new Failure(`pulumi ${args[0]} ended with exit code ${code}; see above`),
        );
    });
  });
}
