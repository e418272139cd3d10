import { readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../machine/lock.ts";
import { run } from "../machine/run.ts";
import { groupExists, removeGroup, removeParentIfEmpty } from "./cgroups.ts";
import { cgroupParent, type Identity, stateDirectory } from "./identity.ts";
import { restoreSysctls } from "./sysctls.ts";

/**
 * Takes a cluster off the machine, whatever state it is in. All of it hangs on its name: processes are found by
 * control group, and namespaces, mounts, rules and routes go with the processes.
 */
export async function remove(cluster: Identity): Promise<void> {
  await removeGroup(cluster.cgroup);
  await run("ip", ["link", "delete", cluster.interface]).catch(() => undefined); // gone with its namespace, or now
  await unmountBelow(cluster.directory);
  // A command of a start that was killed, as the one that copies a machine's /etc, may write there until it is done.
  await rm(cluster.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  await withLock("sysctls", restoreIfLast);
  await rmdir(join(stateDirectory, "clusters")).catch(() => undefined); // other clusters' files keep it
  await rmdir(stateDirectory).catch(() => undefined);
}

/** Whoever's another cluster is, its control group shows that it relies on the machine's settings. */
async function restoreIfLast(): Promise<void> {
  await removeParentIfEmpty();
  if (!(await groupExists(cgroupParent))) await restoreSysctls();
}

/** Nothing is mounted there by us; what a person mounted must not be deleted through its mount point. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile("/proc/self/mountinfo", "utf8"))
    .split("\n")
    .map((line) =>
      (line.split(" ")[4] ?? "").replace(/\\(\d{3})/g, (_, code) =>
        String.fromCharCode(Number.parseInt(code, 8)),
      ),
    );
  for (const point of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse())
    await run("umount", ["-l", point]);
}
