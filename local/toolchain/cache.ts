import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { personalFolder } from "../machine/folders.ts";
import { digestOf, knownDigest } from "./digest.ts";

/** Where everything built is kept between runs and checkouts. */
export const cacheDirectory = personalFolder("XDG_CACHE_HOME", ".cache");

/** A short name for what a list of texts says: other texts, another name. */
export function keyOf(texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text.length}:`).update(text);
  return hash.digest("hex").slice(0, 16);
}

const manifestName = "SHA256SUMS";

/** What is wrong with a cache entry: "missing", the damage in words, or undefined for nothing. */
export async function faultOf(
  entry: string,
  by?: "ctimeNs" | "mtimeNs",
): Promise<"missing" | string | undefined> {
  const manifest = await readFile(join(entry, manifestName), "utf8").catch(() => undefined);
  if (manifest === undefined) return "missing";
  const files = manifest.split("\n").flatMap((line) => {
    const [digest, name] = line.split("  ");
    return digest && name ? [{ digest, name }] : [];
  });
  if (files.length === 0) return "its list of files is empty";
  for (const { digest, name } of files) {
    const now = await knownDigest(join(entry, name), by).catch(() => "gone");
    if (now !== digest) return now === "gone" ? `${name} is gone` : `${name} is not what was built`;
  }
  return undefined;
}

/**
 * Fills a cache entry: `fill` writes into a new folder, whose files are listed, synced and only then given the
 * entry's name, so that no interruption leaves half an entry.
 */
export async function fillEntry(entry: string, fill: (into: string) => Promise<void>): Promise<void> {
  const draft = `${entry}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    await fill(draft);
    const names = await filesIn(draft);
    const lines = await Promise.all(
      names.map(async (name) => `${await digestOf(join(draft, name))}  ${name}\n`),
    );
    await writeFile(join(draft, manifestName), lines.join(""));
    await Promise.all([...names, manifestName].map((name) => sync(join(draft, name))));
    await rm(entry, { recursive: true, force: true });
    await rename(draft, entry);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Its files, also in folders of it, each by one of its names. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((file) => join(file.parentPath, file.name));
  const byNumber = new Map<number, string>();
  for (const file of files.sort().reverse()) byNumber.set((await stat(file)).ino, relative(folder, file));
  return [...byNumber.values()].sort();
}

async function sync(path: string): Promise<void> {
  const file = await open(path);
  await file.sync();
  await file.close();
}
