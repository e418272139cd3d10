/** Figures of the local cluster, each beside its bar: `make bench`. Nothing here passes or fails. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { processesIn } from "../cluster/cgroups.ts";
import { identityOf } from "../cluster/identity.ts";
import { command } from "../terminal/command.ts";
import { localOk } from "./support/cli.ts";

const name = "bench";
const identity = identityOf(name);
const rounds = 3;
const idleSeconds = 30;

/** Prints a figure: the median of its values, all of them, and its bar. */
function figure(what: string, values: readonly number[], unit: string, bar: string): void {
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const all = values.map((value) => value.toFixed(1)).join(" ");
  console.log(
    `${what.padEnd(44)} ${median.toFixed(1).padStart(7)} ${unit.padEnd(4)} bar ${bar.padEnd(8)} (${all})`,
  );
}

/** Seconds until the nodes were Ready, as the command itself says it; the tools' check and the images come besides. */
function readyAfter(output: string): number {
  const found = /nodes? Ready {2}([\d.]+) s/.exec(output)?.[1];
  return Number(found ?? Number.NaN);
}

interface Cycle {
  readonly ready: number;
  readonly whole: number;
  readonly added: number;
  readonly stopped: number;
}

async function cycle(nodes: number): Promise<Cycle> {
  const started = await localOk(["start", "--name", name, "--nodes", `${nodes}`]);
  const added = await localOk(["add", "--name", name]);
  const stopped = await localOk(["stop", "--name", name]);
  return {
    ready: readyAfter(started.stderr),
    whole: started.seconds,
    added: readyAfter(added.stderr),
    stopped: stopped.seconds,
  };
}

interface Usage {
  readonly rss: number;
  readonly pss: number;
  readonly cpuSeconds: number;
}

/** What all processes of the cluster use together. */
async function usage(): Promise<Usage> {
  const pids = await processesIn(identity.cgroup);
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

await command(async (signal) => {
  await localOk(["stop", "--name", name]);
  for (const [nodes, bar] of [
    [1, "≤ 8 s"],
    [3, "≤ 12 s"],
  ] as const) {
    const cycles: Cycle[] = [];
    for (let round = 0; round < rounds; round += 1) {
      signal.throwIfAborted();
      cycles.push(await cycle(nodes));
    }
    figure(
      `${nodes} node(s) Ready after start`,
      cycles.map(({ ready }) => ready),
      "s",
      bar,
    );
    figure(
      "  tools checked, images and name server too",
      cycles.map(({ whole }) => whole),
      "s",
      "-",
    );
    figure(
      "  a further node Ready",
      cycles.map(({ added }) => added),
      "s",
      "≤ 5 s",
    );
    figure(
      "  stop",
      cycles.map(({ stopped }) => stopped),
      "s",
      "≤ 10 s",
    );
  }
  await localOk(["start", "--name", name]);
  await sleep(20_000, undefined, { signal }); // until what a start has to catch up on is done
  const before = await usage();
  await sleep(idleSeconds * 1000, undefined, { signal });
  const after = await usage();
  const percent = ((after.cpuSeconds - before.cpuSeconds) / idleSeconds) * 100;
  figure("one idle node with control plane: RSS", [after.rss], "MiB", "≤ 800");
  figure("  shared pages counted once (PSS)", [after.pss], "MiB", "-");
  figure(`  of one core, over ${idleSeconds} s`, [percent], "%", "≤ 10");
  await localOk(["stop", "--name", name]);
});
