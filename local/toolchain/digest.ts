import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { personalFolder } from "../machine/folders.ts";

/** The SHA-256 of a file, in hex. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

/**
 * The same of a file that is asked for again and again: it is read only where it may be another than at the last time.
 * Whatever writes to a file moves its change time, which no program can set. After a reboot, which may have followed a
 * power cut, it is read once more. Files that get and lose further names, which moves that time, can be known by the time
 * of their last write.
 */
export async function knownDigest(path: string, by: "ctimeNs" | "mtimeNs" = "ctimeNs"): Promise<string> {
  const { dev, ino, size, [by]: time } = await stat(path, { bigint: true });
  const record = join(await recordsOfThisBoot(), `${dev}-${ino}`);
  const state = `${size} ${time}`;
  const [known, digest] = (await readFile(record, "utf8").catch(() => "")).split("\n");
  if (known === state && digest) return digest;
  const read = await digestOf(path);
  // A write within the same tick of the clock would not show.
  const settled = BigInt(Date.now()) * 1_000_000n - time > 20_000_000n;
  if (settled) await write(record, `${state}\n${read}\n`).catch(() => undefined); // a full disk only costs time
  return read;
}

async function write(record: string, text: string): Promise<void> {
  await mkdir(dirname(record), { recursive: true });
  await writeFile(record, text, { mode: 0o600 });
}

let records: Promise<string> | undefined;

/** Where the digests are kept that were read since this machine started; those from before go. */
function recordsOfThisBoot(): Promise<string> {
  records ??= (async () => {
    const all = join(personalFolder("XDG_CACHE_HOME", ".cache"), "digests");
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    for (const other of await readdir(all).catch((): string[] => []))
      if (other !== boot) await rm(join(all, other), { recursive: true, force: true });
    return join(all, boot);
  })();
  return records;
}
