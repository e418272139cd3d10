import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { processesIn } from "../../local/cluster/cgroups.ts";
import { identityOf } from "../../local/cluster/identity.ts";
import { clusterName } from "./nodes.ts";
import { kubectl } from "./site.ts";

/** The process of that name in a pod of a namespace's on the local cluster, as this machine numbers it; there must be one. */
export async function processCalled(name: string, namespace: string): Promise<number> {
  const uids = await kubectl("-n", namespace, "get", "pods", "-o", "jsonpath={.items[*].metadata.uid}");
  const pods = uids.split(" ").map((uid) => `/pod${uid}/`);
  const pids = await processesIn(identityOf(clusterName()).cgroup);
  const read = (pid: number, file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
  const found: number[] = [];
  for (const pid of pids) {
    if ((await read(pid, "comm")).trim() !== name) continue;
    const groups = await read(pid, "cgroup");
    if (pods.some((pod) => groups.includes(pod))) found.push(pid);
  }
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
