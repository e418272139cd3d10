import { basename, join } from "node:path";
import { requireSpace } from "../machine/disk.ts";
import { withLock } from "../machine/lock.ts";
import type { Progress } from "../terminal/progress.ts";
import { cacheDirectory, faultOf, fillEntry, keyOf } from "../toolchain/cache.ts";
import { knownDigest } from "../toolchain/digest.ts";
import { architecture, type Image, writeArchive } from "./archive.ts";

/** Assembles the images that the cache lacks and returns the archive of each. */
export async function ensureImages(
  images: readonly Image[],
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return withLock(`images/${keyOf([cacheDirectory])}`, () => assembleAll(images, progress, signal), {
    signal,
  });
}

async function assembleAll(
  images: readonly Image[],
  progress: Progress,
  signal: AbortSignal,
): Promise<string[]> {
  const archives: string[] = [];
  for (const image of images) {
    signal.throwIfAborted();
    const archive = await placeOf(image);
    const entry = join(archive, "..");
    archives.push(archive);
    const fault = await faultOf(entry);
    if (fault === undefined) continue;
    if (fault !== "missing")
      progress.say(`  image ${image.name}: ${entry} is damaged (${fault}); assembling it again`);
    await requireSpace(cacheDirectory, 0.5, "the images");
    const assemble = () => fillEntry(entry, (into) => writeArchive(image, join(into, basename(archive))));
    await progress.during(`image ${image.name}`, assemble, `image ${image.name} assembled`);
  }
  return archives;
}

/** Where an image is kept: another input or another description gives another place. */
async function placeOf(image: Image): Promise<string> {
  const sources = image.entries.flatMap((entry) => (entry.type === "copy" ? [entry.from] : []));
  const digests = await Promise.all(sources.map((source) => knownDigest(source)));
  const described = image.entries.map((entry) => ({ ...entry, from: "" }));
  const key = keyOf([architecture, image.reference, JSON.stringify([image.config, described]), ...digests]);
  return join(cacheDirectory, "images", `${image.name}-${key}`, `${image.name}.tar`);
}
