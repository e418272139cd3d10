import { spawn } from "node:child_process";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeGroup, removeGroup } from "../cluster/cgroups.ts";
import { withinGroup } from "../cluster/machine.ts";
import type { Cluster } from "../cluster/record.ts";
import { Failure, Interrupted } from "../terminal/failure.ts";
import { stack, stateOf } from "./environment.ts";
import { passNews } from "./events.ts";
import { forgetPending } from "./pending.ts";
import { checkout, settingsOf } from "./settings.ts";

/** Runs the engine in front of the person, who sees all that it prints, in a control group of the cluster's. */
export async function operate(
  cluster: Cluster,
  env: NodeJS.ProcessEnv,
  operation: "up" | "destroy",
  signal: AbortSignal,
): Promise<void> {
  await endEarlierEngine(cluster);
  await forgetPending(cluster, env);
  // The card tells the outputs, in the order a person needs them.
  const quiet = ["--suppress-outputs", "--suppress-progress"];
  const options = [
    "--yes",
    "--skip-preview",
    ...quiet,
    "--stack",
    stack,
    "--config-file",
    settingsOf(cluster),
  ];
  const words = [join(cluster.bin, "pulumi"), operation, ...options];
  const [command, args] = withinGroup(await makeGroup(engineGroup(cluster)), words);
  // In a session of its own: a Ctrl-C would reach it twice, which to the engine means to stop at once.
  const stdio = ["inherit", process.stdout.isTTY ? "inherit" : "pipe", "inherit"] as const;
  const child = spawn(command, args, { cwd: checkout, env, stdio: [...stdio], detached: true });
  const interrupt = () => child.kill("SIGINT");
  signal.addEventListener("abort", interrupt, { once: true });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on("error", reject).on("close", resolve),
  );
  const [code] = await Promise.all([ended, child.stdout && passNews(child.stdout, process.stdout)]);
  signal.removeEventListener("abort", interrupt);
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
    if (!(await runs(pid))) await rm(join(locks, name));
  }
}

/** Whether a process is more than an entry that its parent has yet to take notice of. */
const runs = (pid: number | undefined) =>
  readFile(`/proc/${pid}/cmdline`, "utf8").then(
    (words) => words !== "",
    () => false,
  );
