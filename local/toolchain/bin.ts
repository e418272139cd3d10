import { copyFile, link, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { providers } from "../engine/plugins.ts";
import { cacheDirectory, keyOf } from "./cache.ts";
import type { Tool } from "./tools.ts";

/** A tool with its place in the cache. */
export interface Built {
  readonly tool: Tool;
  readonly entry: string;
}

/** What a full CLI ships beside the engine, as far as it is no program to build. */
const engineScripts = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/** A folder with every tool under its own names, to be put on PATH and mounted into nodes. */
export async function assembleBin(
  built: readonly Built[],
  found: ReadonlyMap<string, string>,
): Promise<string> {
  const scripts = found.has("pulumi") ? [] : engineScripts;
  const texts = scripts.map((name) => readFile(join(import.meta.dirname, name), "utf8"));
  const key = keyOf([
    ...built.map(({ entry }) => basename(entry)),
    ...[...found].flat(),
    ...(await Promise.all(texts)),
  ]);
  const folder = join(cacheDirectory, "bin", key);
  if (await isWhole(folder, built)) return folder;
  const draft = `${folder}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(join(draft, "plugins"), { recursive: true });
  for (const one of built) await place(one, draft);
  for (const [name, path] of found) {
    await rm(join(draft, name), { force: true });
    await symlink(path, join(draft, name));
  }
  for (const name of scripts) await copyFile(join(import.meta.dirname, name), join(draft, name));
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
  return folder;
}

/** Hard links: the folder then stands for itself when it is mounted somewhere else. */
async function place({ tool, entry }: Built, folder: string): Promise<void> {
  const [first = ""] = Object.keys(tool.binaries);
  if (tool.name === "plugins") {
    for (const name of providers)
      await link(join(entry, first), join(folder, "plugins", `pulumi-resource-${name}`));
    return;
  }
  for (const name of Object.keys(tool.binaries)) await link(join(entry, name), join(folder, name));
}

/** Whether the folder still has the very files of the cache entries. */
async function isWhole(folder: string, built: readonly Built[]): Promise<boolean> {
  for (const { tool, entry } of built) {
    const [first = ""] = Object.keys(tool.binaries);
    const name = tool.name === "plugins" ? `plugins/pulumi-resource-${providers.at(-1)}` : first;
    const [there, here] = await Promise.all([
      stat(join(folder, name)).catch(() => undefined),
      stat(join(entry, first)).catch(() => undefined),
    ]);
    if (there === undefined || there.ino !== here?.ino) return false;
  }
  return true;
}
