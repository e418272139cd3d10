import { readdir, readFile } from "node:fs/promises";

/** Ends the processes that an engine with this home started and that outlived it: those of a killed one do for minutes. */
export async function endOrphans(home: string): Promise<void> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (!environment.split("\0").includes(`PULUMI_HOME=${home}`)) continue;
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {} // it ended meanwhile
  }
}
