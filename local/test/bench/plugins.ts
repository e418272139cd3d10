import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { providers } from "../../engine/plugins.ts";
import { type Run, Stack } from "../support/engine.ts";
import { pluginCost } from "../support/plugin.ts";
import { figure, repeated } from "./figure.ts";

/** What the plugins cost, and how long the engine takes with a program of 40 objects on the cluster in $KUBECONFIG. */
export async function pluginFigures(signal: AbortSignal): Promise<void> {
  for (const name of providers) {
    const costs = await repeated(signal, () => pluginCost(name));
    const milliseconds = costs.map((cost) => cost.milliseconds);
    const mebibytes = costs.map((cost) => cost.mebibytes);
    figure(`the ${name} plugin ready`, milliseconds, "ms", "≤ 100");
    figure("  RSS then", mebibytes, "MiB", "≤ 60");
  }
  const stack = await Stack.create(join(import.meta.dirname, "forty"));
  try {
    const ups: number[] = [];
    const peaks: number[] = [];
    const previews: number[] = [];
    await repeated(signal, async () => {
      const up = stack.up();
      peaks.push(await peakDuring(up, stack.directory));
      ups.push(seconds(await up));
      previews.push(seconds(await stack.preview()));
      seconds(await stack.destroy());
    });
    figure("40 objects: up", ups, "s", "≤ 15 s");
    figure("  the kubernetes plugin's highest RSS", peaks, "MiB", "≤ 60");
    figure("  a preview that finds no change", previews, "s", "≤ 2.5 s");
  } finally {
    await stack.destroy();
    await stack.remove();
  }
}

function seconds(run: Run): number {
  if (run.code !== 0) throw new Error(`pulumi ended with exit code ${run.code}\n${run.stdout}${run.stderr}`);
  return run.seconds;
}

/** The most memory that a plugin of the engine with this home ever had, in MiB. */
async function peakDuring(run: Promise<Run>, home: string): Promise<number> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  run.then(end, end);
  let peak = 0;
  while (!ended) {
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
      const status = await read("status");
      if (!status.startsWith("Name:\tpulumi-resource") || !(await read("environ")).includes(home)) continue;
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
    }
    await sleep(500);
  }
  return peak;
}
