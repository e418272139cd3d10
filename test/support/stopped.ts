import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { processesIn } from "../../local/cluster/cgroups.ts";
import { identityOf } from "../../local/cluster/identity.ts";
import { clusterName } from "./nodes.ts";

/** The process of that name in the local cluster, as this machine numbers it; there must be one only. */
export async function processCalled(name: string): Promise<number> {
  const pids = await processesIn(identityOf(clusterName()).cgroup);
  const names = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")));
  const found = pids.filter((_, at) => names[at]?.trim() === name);
  const [pid] = found;
  if (pid === undefined || found.length > 1) throw new Error(`expected one ${name}, got ${found.length}`);
  return pid;
}

/** Does something while a process stands still, between two calls of the kernel. */
export async function whileStopped<T>(pid: number, work: () => Promise<T>): Promise<T> {
  process.kill(pid, "SIGSTOP");
  try {
    while (!(await stands(pid))) await sleep(1);
    return await work();
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

async function stands(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`);
  const states = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, "utf8").catch(() => ") T")),
  );
  return states.every((text) => /\) T/.test(text));
}
