import { statfs } from "node:fs/promises";
import { Failure } from "../terminal/failure.ts";

/** Makes sure that the disk which holds `path` has `gigabytes` free for `purpose`. */
export async function requireSpace(path: string, gigabytes: number, purpose: string): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  const free = (bavail * bsize) / 1e9;
  if (free >= gigabytes) return;
  const figures = `${gigabytes.toFixed(1)} GB for ${purpose}, has ${free.toFixed(1)} GB`;
  throw new Failure(`${path}: its disk needs ${figures}: free some space there and run the command again`);
}
