import { localOk } from "../support/cli.ts";
import { cluster, figure, repeated } from "./figure.ts";

interface Cycle {
  readonly ready: number;
  readonly whole: number;
  readonly added: number;
  readonly stopped: number;
}

/** How long starts, further nodes and stops take. */
export async function startFigures(signal: AbortSignal): Promise<void> {
  for (const [nodes, bar] of [
    [1, "≤ 8 s"],
    [3, "≤ 12 s"],
  ] as const) {
    const cycles = await repeated(signal, () => cycle(nodes));
    const values = (part: keyof Cycle) => cycles.map((one) => one[part]);
    figure(`${nodes} node(s) Ready after start`, values("ready"), "s", bar);
    figure("  tools checked, images and name server too", values("whole"), "s", "-");
    figure("  a further node Ready", values("added"), "s", "≤ 5 s");
    figure("  stop", values("stopped"), "s", "≤ 10 s");
  }
}

async function cycle(nodes: number): Promise<Cycle> {
  const started = await localOk(["start", "--name", cluster, "--nodes", `${nodes}`]);
  const added = await localOk(["add", "--name", cluster]);
  const stopped = await localOk(["stop", "--name", cluster]);
  return {
    ready: readyAfter(started.stderr),
    whole: started.seconds,
    added: readyAfter(added.stderr),
    stopped: stopped.seconds,
  };
}

/** Seconds until the nodes were Ready, as the command itself says it; the tools' check and the images come besides. */
function readyAfter(output: string): number {
  const found = /nodes? Ready {2}([\d.]+) s/.exec(output)?.[1];
  return Number(found ?? Number.NaN);
}
