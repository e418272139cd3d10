import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeGroup, removeGroup } from "../../local/cluster/cgroups.ts";
import { bytes } from "../../stacks/settings/quantity.ts";

/** The files of one hierarchy, by what they tell. */
interface Files {
  readonly limit: string;
  readonly kills: string;
  readonly peak: string;
}

const versions: readonly Files[] = [
  { limit: "memory.limit_in_bytes", kills: "memory.oom_control", peak: "memory.max_usage_in_bytes" },
  { limit: "memory.max", kills: "memory.events", peak: "memory.peak" },
];

/** A control group whose processes are killed above a limit of memory, as a container's are. */
export class MemoryGroup {
  readonly #name: string;
  readonly #folder: string;
  readonly #files: Files;

  private constructor(name: string, folder: string, files: Files) {
    this.#name = name;
    this.#folder = folder;
    this.#files = files;
  }

  /** `limit` is a quantity, such as 96Mi. */
  static async create(name: string, limit: string): Promise<MemoryGroup> {
    for (const folder of await makeGroup(name)) {
      const files = versions.find((one) => existsSync(join(folder, one.limit)));
      if (files === undefined) continue;
      await writeFile(join(folder, files.limit), `${bytes(limit)}`);
      return new MemoryGroup(name, folder, files);
    }
    throw new Error("no hierarchy of control groups here limits memory");
  }

  /** Where a process writes its id to be in it. */
  get door(): string {
    return join(this.#folder, "cgroup.procs");
  }

  /** How many of its processes were killed for memory. */
  async kills(): Promise<number> {
    const text = await readFile(join(this.#folder, this.#files.kills), "utf8");
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1]);
  }

  /** Kills what runs in it. */
  async remove(): Promise<void> {
    await removeGroup(this.#name);
  }
}
