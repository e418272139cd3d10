/** Digests that are known: a file is not read again, unless it may be another. */
import assert from "node:assert/strict";
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { digestOf, knownDigest } from "../../toolchain/digest.ts";

let scratch: string;
let file: string;
let records: string;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "edge-digest-"));
  process.env.XDG_CACHE_HOME = scratch;
  file = join(scratch, "tool");
  const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  records = join(scratch, "edge-registry/digests", boot);
  await mkdir(join(scratch, "edge-registry/digests/earlier"), { recursive: true });
  await writeFile(file, "first");
  await sleep(50); // a digest taken in the moment of a write is not kept
});

after(() => rm(scratch, { recursive: true }));

/** Puts another digest where the known one is kept; whether it is given then tells whether the file was read. */
async function isKnown(): Promise<boolean> {
  await sleep(50);
  await knownDigest(file);
  const [name = ""] = await readdir(records);
  const record = join(records, name);
  await writeFile(record, (await readFile(record, "utf8")).replace(/\n.*/, "\nother"));
  return (await knownDigest(file)) === "other";
}

test("a digest is that of the file, and known the next time", async () => {
  assert.equal(await knownDigest(file), await digestOf(file));
  assert.equal(await isKnown(), true);
});

test("another byte is seen, also where size and times are put back", async () => {
  assert.equal(await isKnown(), true);
  const { atime, mtime } = await stat(file);
  await writeFile(file, "fjrst");
  await utimes(file, atime, mtime);
  assert.equal(await knownDigest(file), await digestOf(file));
});

test("a further name of the file is no reason to trust it without a look", async () => {
  assert.equal(await isKnown(), true);
  await link(file, join(scratch, "copy"));
  assert.equal(await knownDigest(file), await digestOf(file));
});

test("by its last write a file stays known with a further name, and another byte is seen", async () => {
  const digest = await digestOf(file);
  await sleep(50);
  await knownDigest(file, "mtimeNs");
  await link(file, join(scratch, "further"));
  const [name = ""] = await readdir(records);
  await writeFile(join(records, name), `5 ${(await stat(file, { bigint: true })).mtimeNs}\nother`);
  assert.equal(await knownDigest(file, "mtimeNs"), "other");
  await writeFile(file, "forth");
  assert.notEqual(await knownDigest(file, "mtimeNs"), digest);
  assert.equal(await knownDigest(file, "mtimeNs"), await digestOf(file));
});

test("what is written at this very moment is not known", async () => {
  // That moment is 20 ms long; on a busy machine a write and a look may take longer, and what was written is known.
  for (let took = Infinity, tries = 0; took > 10 && tries < 100; tries++) {
    const since = performance.now();
    await writeFile(file, `try ${tries}`);
    await knownDigest(file);
    took = performance.now() - since;
  }
  const [name = ""] = await readdir(records);
  assert.doesNotMatch(await readFile(join(records, name), "utf8"), new RegExp(await digestOf(file)));
});

test("what was known before this machine started goes", async () => {
  assert.deepEqual(await readdir(join(scratch, "edge-registry/digests")), [records.split("/").at(-1)]);
});
