import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { processesIn } from "../../cluster/cgroups.ts";
import { identityOf } from "../../cluster/identity.ts";
import { cluster, figure } from "./figure.ts";

const seconds = 30;

interface Usage {
  readonly rss: number;
  readonly pss: number;
  readonly cpuSeconds: number;
}

/** What the running cluster of one node costs while nobody asks it for anything. */
export async function idleFigures(signal: AbortSignal): Promise<void> {
  await sleep(20_000, undefined, { signal }); // until what a start has to catch up on is done
  const before = await usage();
  await sleep(seconds * 1000, undefined, { signal });
  const after = await usage();
  const percent = ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100;
  figure("one idle node with control plane: RSS", [after.rss], "MiB", "≤ 800");
  figure("  shared pages counted once (PSS)", [after.pss], "MiB", "-");
  figure(`  of one core, over ${seconds} s`, [percent], "%", "≤ 10");
}

/** What all processes of the cluster use together. */
async function usage(): Promise<Usage> {
  const pids = await processesIn(identityOf(cluster).cgroup);
  const read = (pid: number, file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
  const each = pids.map(async (pid): Promise<Usage> => {
    const rollup = await read(pid, "smaps_rollup");
    const ticks = (await read(pid, "stat")).replace(/^.*\) /, "").split(" ");
    return {
      rss: Number(/^Rss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024,
      pss: Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024,
      cpuSeconds: (Number(ticks[11] ?? 0) + Number(ticks[12] ?? 0)) / 100,
    };
  });
  const sum = (a: Usage, b: Usage): Usage => ({
    rss: a.rss + b.rss,
    pss: a.pss + b.pss,
    cpuSeconds: a.cpuSeconds + b.cpuSeconds,
  });
  return (await Promise.all(each)).reduce(sum, { rss: 0, pss: 0, cpuSeconds: 0 });
}
