import { existsSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a kubelet sets for the whole machine; a cluster's last stop puts it back. */
const touched = [
  ...["vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"],
  ...["kernel/keys/root_maxkeys", "kernel/keys/root_maxbytes"],
];

// For the whole machine, whoever starts clusters; a reboot forgets the file as it does the values.
const saved = "/run/edge-registry-sysctls.json";
const path = (name: string) => join("/proc/sys", name);

/** Remembers the machine's values before the first cluster changes them. */
export async function saveSysctls(): Promise<void> {
  // Where a cluster already runs, the values of before it are the ones to keep.
  if (existsSync(saved)) return;
  const read = async (name: string) => [name, await readFile(path(name), "utf8")] as const;
  const values = Object.fromEntries(await Promise.all(touched.map(read)));
  await writeFile(`${saved}.draft`, JSON.stringify(values));
  await rename(`${saved}.draft`, saved);
}

/** Puts the machine's values back; nothing to do where none were remembered. */
export async function restoreSysctls(): Promise<void> {
  const text = await readFile(saved, "utf8").catch(() => undefined);
  if (text === undefined) return;
  const values: Readonly<Record<string, string>> = JSON.parse(text);
  for (const [name, value] of Object.entries(values)) {
    if ((await readFile(path(name), "utf8")) !== value) await writeFile(path(name), value);
  }
  await rm(saved);
}
