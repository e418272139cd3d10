import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";

/** What starting a plugin takes. */
export interface PluginCost {
  /** Until it says the port it serves on. */
  readonly milliseconds: number;
  readonly mebibytes: number;
}

/** Starts the plugin of that name from PATH, as the engine does, and ends it again. */
export async function pluginCost(name: string): Promise<PluginCost> {
  const started = performance.now();
  const plugin = spawn(`pulumi-resource-${name}`, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [port] = await once(plugin.stdout, "data");
    const milliseconds = performance.now() - started;
    if (!/^\d+\n$/.test(`${port}`)) throw new Error(`expected a port, got ${port}`);
    const status = await readFile(`/proc/${plugin.pid}/status`, "utf8");
    return { milliseconds, mebibytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 };
  } finally {
    plugin.kill();
  }
}
