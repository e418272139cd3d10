import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cgroupParent } from "./identity.ts";

const root = "/sys/fs/cgroup";

/** Whether the machine has the one hierarchy of cgroup v2. */
export const unified = () => existsSync(join(root, "cgroup.controllers"));

/** Where control groups are made: the one hierarchy of v2, or each of v1 (its symbolic links left out). */
export async function hierarchies(): Promise<readonly string[]> {
  if (unified()) return [root];
  const entries = await readdir(root, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name));
}

/** Makes a control group in every hierarchy, with what v1's cpuset wants and v2's controllers passed down. */
export async function makeGroup(group: string): Promise<readonly string[]> {
  const made: string[] = [];
  for (const hierarchy of await hierarchies()) {
    let folder = hierarchy;
    for (const part of group.split("/")) {
      const parent = folder;
      folder = join(folder, part);
      await mkdir(folder, { recursive: true });
      await inherit(parent, folder);
    }
    made.push(folder);
  }
  return made;
}

async function inherit(parent: string, child: string): Promise<void> {
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    if (unified() || !existsSync(join(child, file))) continue;
    await writeFile(join(child, file), await readFile(join(parent, file)));
  }
  if (!unified()) return;
  const available = await readFile(join(parent, "cgroup.controllers"), "utf8");
  const enable = available.trim().split(/\s+/).filter(Boolean);
  await writeFile(join(parent, "cgroup.subtree_control"), enable.map((name) => `+${name}`).join(" "));
}

/** Whether any control group of that name is left. */
export async function groupExists(group: string): Promise<boolean> {
  return (await hierarchies()).some((hierarchy) => existsSync(join(hierarchy, group)));
}

/** The processes in a group and below it. */
export async function processesIn(group: string): Promise<readonly number[]> {
  const found = new Set<number>();
  for (const hierarchy of await hierarchies()) {
    for (const folder of await foldersBelow(join(hierarchy, group))) {
      const text = await readFile(join(folder, "cgroup.procs"), "utf8").catch(() => "");
      for (const line of text.split("\n")) if (Number(line) > 0) found.add(Number(line));
    }
  }
  return [...found];
}

/** The folder and all below it, the deepest first; none where it does not exist. */
async function foldersBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return [];
  const children = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
  const below = await Promise.all(children.map(foldersBelow));
  return [...below.flat(), folder];
}

/** Lets frozen processes run again: they do not even die while they are. */
async function thaw(group: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    for (const folder of await foldersBelow(join(hierarchy, group))) {
      for (const [file, word] of [
        ["freezer.state", "THAWED"],
        ["cgroup.freeze", "0"],
      ] as const) {
        const path = join(folder, file);
        if (existsSync(path)) await writeFile(path, word).catch(() => undefined); // it may be gone meanwhile
      }
    }
  }
}

/** Kills all processes of a group and waits until none is left. */
export async function killGroup(group: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (let left = await processesIn(group); left.length > 0; left = await processesIn(group)) {
    if (Date.now() > deadline) throw new Error(`processes of ${group} do not end: ${left.join(" ")}`);
    for (const pid of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {} // it ended meanwhile
    }
    await thaw(group);
    await sleep(20);
  }
}

/** Removes a group, after its processes; a group stays busy for a moment after the last of them. */
export async function removeGroup(group: string): Promise<void> {
  await killGroup(group);
  const deadline = Date.now() + 10_000;
  while (await groupExists(group)) {
    for (const hierarchy of await hierarchies()) {
      for (const folder of await foldersBelow(join(hierarchy, group)))
        await rmdir(folder).catch(() => undefined);
    }
    if (Date.now() > deadline) throw new Error(`control group ${group} cannot be removed`);
    if (await groupExists(group)) await sleep(50);
  }
}

/** Removes the group that holds every cluster's, if none is left in it. */
export async function removeParentIfEmpty(): Promise<void> {
  for (const hierarchy of await hierarchies())
    await rmdir(join(hierarchy, cgroupParent)).catch(() => undefined);
}
