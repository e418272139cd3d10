import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, copyFile, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeGroup, removeGroup } from "../cluster/cgroups.ts";
import { withinGroup } from "../cluster/machine.ts";
import type { Cluster } from "../cluster/record.ts";
import { controlPlaneRuns } from "../cluster/start.ts";
import { run } from "../machine/run.ts";
import { Failure, Interrupted } from "../terminal/failure.ts";
import type { Progress } from "../terminal/progress.ts";
import { asExports, environmentOf, homeOf, stateOf } from "./environment.ts";
import { installPlugins } from "./plugins.ts";

const checkout = join(import.meta.dirname, "../..");
const stack = "dev";

/** Deploys the program's `dev` stack on a cluster. */
export async function deploy(cluster: Cluster, progress: Progress, signal: AbortSignal): Promise<void> {
  const env = await prepare(cluster, progress, signal);
  await ensureStack(cluster, env);
  await operate(cluster, env, "up", signal);
}

/**
 * Makes the stack where it is not there. The engine writes its encryption salt into the stack's settings, so it
 * gets a copy of them beside its state; the checkout stays as it is. The copy comes last and in one step.
 */
async function ensureStack(cluster: Cluster, env: NodeJS.ProcessEnv): Promise<void> {
  if (existsSync(configOf(cluster))) return;
  const cwd = join(stateOf(cluster), "draft");
  await mkdir(cwd, { recursive: true });
  await copyFile(join(checkout, "Pulumi.yaml"), join(cwd, "Pulumi.yaml"));
  const init = ["stack", "init", "--no-select", "--stack", stack];
  await run(join(cluster.bin, "pulumi"), init, { cwd, env }).catch((error) => {
    if (!`${error}`.includes("already exists")) throw error; // made by one that was killed right after
  });
  const settings = await readFile(join(checkout, `Pulumi.${stack}.yaml`), "utf8");
  await appendFile(join(cwd, `Pulumi.${stack}.yaml`), settings);
  await rename(join(cwd, `Pulumi.${stack}.yaml`), configOf(cluster));
  await rm(cwd, { recursive: true });
}

/** Takes back what was deployed on a cluster, where there is something and the cluster still answers. */
export async function undeploy(cluster: Cluster, progress: Progress, signal: AbortSignal): Promise<void> {
  if (!existsSync(configOf(cluster))) return;
  if (!((await controlPlaneRuns(cluster)) && existsSync(join(cluster.bin, "pulumi")))) {
    progress.say(
      `cluster ${cluster.name} does not run or has lost its tools; what was deployed goes with its files`,
    );
    return;
  }
  await operate(cluster, await prepare(cluster, progress, signal), "destroy", signal);
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
  // Not again: an engine may be running with them.
  if (!existsSync(join(homeOf(cluster), "plugins")))
    await installPlugins(homeOf(cluster), cluster.bin, signal);
  return asExports(await environmentOf(cluster));
}

const configOf = (cluster: Cluster) => join(stateOf(cluster), `Pulumi.${stack}.yaml`);

/** Runs the engine in front of the person, who sees all that it prints, in a control group of the cluster's. */
async function operate(
  cluster: Cluster,
  env: NodeJS.ProcessEnv,
  operation: "up" | "destroy",
  signal: AbortSignal,
): Promise<void> {
  await endEarlierEngine(cluster);
  const options = ["--yes", "--skip-preview", "--stack", stack, "--config-file", configOf(cluster)];
  const words = [join(cluster.bin, "pulumi"), operation, ...options];
  const [command, args] = withinGroup(await makeGroup(engineGroup(cluster)), words);
  const code = await new Promise<number | null>((resolve, reject) => {
    // In a session of its own: a Ctrl-C would reach it twice, which to the engine means to stop at once.
    const child = spawn(command, args, { cwd: checkout, env, stdio: "inherit", detached: true });
    const interrupt = () => child.kill("SIGINT");
    signal.addEventListener("abort", interrupt, { once: true });
    child.on("error", reject).on("close", (code) => {
      signal.removeEventListener("abort", interrupt);
      resolve(code);
    });
  });
  if (signal.aborted)
    throw new Interrupted("make up goes on from what is deployed so far, make down takes it back");
  const advice = operation === "destroy" ? "; make stop takes the cluster away without it" : "";
  if (code !== 0) throw new Failure(`pulumi ${operation} ended with exit code ${code}, see above${advice}`);
}

const engineGroup = ({ cgroup }: Cluster) => `${cgroup}/engine`;

/** Ends what a killed `make up` left running, and takes away its lock on the stack. */
async function endEarlierEngine(cluster: Cluster): Promise<void> {
  await removeGroup(engineGroup(cluster));
  const locks = join(stateOf(cluster), ".pulumi/locks");
  for (const name of await readdir(locks, { recursive: true }).catch((): string[] => [])) {
    if (!name.endsWith(".json")) continue;
    const { pid }: { pid?: number } = JSON.parse(await readFile(join(locks, name), "utf8"));
    if (!existsSync(`/proc/${pid}`)) await rm(join(locks, name));
  }
}
