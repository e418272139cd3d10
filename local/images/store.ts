import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { requireSpace } from "../machine/disk.ts";
import { withLock } from "../machine/lock.ts";
import { run } from "../machine/run.ts";
import type { Progress } from "../terminal/progress.ts";
import { cacheDirectory, faultOf, fillEntry, keyOf } from "../toolchain/cache.ts";
import { knownDigest } from "../toolchain/digest.ts";

/** What a store of images is made of. */
export interface Contents {
  /** The folder of the tools. */
  readonly bin: string;
  readonly archives: readonly string[];
}

/**
 * The folder that a containerd keeps images in, with these in it, made where the cache lacks it: nodes begin with it, so
 * that none has to unpack what each of them has.
 */
export async function ensureStore(
  contents: Contents,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { bin, archives } = contents;
  const digests = await Promise.all([join(bin, "containerd"), ...archives].map((path) => knownDigest(path)));
  const entry = join(
    cacheDirectory,
    "images",
    `store-${keyOf([await readFile(script, "utf8"), ...digests])}`,
  );
  const fill = async () => {
    const fault = await faultOf(entry, "mtimeNs"); // each node's files are further names of these
    if (fault === undefined) return;
    if (fault !== "missing") progress.say(`  images: ${entry} is damaged (${fault}); unpacking them again`);
    await requireSpace(cacheDirectory, 0.5, "the images");
    const unpack = () => fillEntry(entry, (into) => unpackAll(contents, join(into, name), signal));
    await progress.during("unpacking the images", unpack, "images unpacked");
  };
  await withLock(`image-store/${keyOf([cacheDirectory])}`, fill, { signal });
  return join(entry, name);
}

const script = join(import.meta.dirname, "unpack.sh");

/** The folder within the entry, which lists the files that are in it. */
const name = "containerd";

async function unpackAll({ bin, archives }: Contents, store: string, signal: AbortSignal): Promise<void> {
  const spaces = [
    "--mount",
    "--propagation",
    "private",
    "--net",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
  ];
  // It ends with this process, whatever ends that.
  const words = ["--pdeathsig", "KILL", "unshare", ...spaces, "bash", script, ...archives];
  await run("setpriv", words, { env: { BIN: bin, STORE: store }, signal });
}
