/** Cache entries: whole or not there, and damage is found. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync } from "node:fs";
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { faultOf, fillEntry, keyOf } from "../../toolchain/cache.ts";
import { digestOf } from "../../toolchain/digest.ts";

let scratch: string;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "edge-cache-"));
  process.env.XDG_CACHE_HOME = scratch; // where the known digests are kept
});

after(() => rm(scratch, { recursive: true }));

async function filled(name: string): Promise<string> {
  const entry = join(scratch, name);
  await fillEntry(entry, async (into) => {
    await writeFile(join(into, "tool"), "first");
    await writeFile(join(into, "another tool"), "second");
  });
  return entry;
}

test("the digest of a file is its SHA-256", async () => {
  await writeFile(join(scratch, "abc"), "abc");
  const expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(await digestOf(join(scratch, "abc")), expected);
});

test("other texts have another key, also where they are the same when joined", () => {
  const texts = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(texts, texts, (one, other) => {
      assert.match(keyOf(one), /^[0-9a-f]{16}$/);
      assert.equal(keyOf(one) === keyOf(other), JSON.stringify(one) === JSON.stringify(other));
    }),
  );
  const keys = [["ab", "c"], ["a", "bc"], ["abc"], ["a", "b", "c"], ["abc", ""], ["1:a"], ["a", "1:"]].map(
    keyOf,
  );
  assert.equal(new Set(keys).size, keys.length);
});

test("an entry is filled as a whole, with a list of its files that sha256sum reads", async () => {
  const entry = await filled("whole");
  assert.equal(await faultOf(entry), undefined);
  assert.deepEqual((await readdir(entry)).sort(), ["SHA256SUMS", "another tool", "tool"]);
  assert.equal(existsSync(`${entry}.draft`), false);
});

test("files in folders belong to an entry, each once by whichever of its names", async () => {
  const entry = join(scratch, "folders");
  await fillEntry(entry, async (into) => {
    await mkdir(join(into, "a/b"), { recursive: true });
    await writeFile(join(into, "a/b/file"), "first");
    await link(join(into, "a/b/file"), join(into, "another name"));
    await symlink("file", join(into, "a/b/link"));
  });
  assert.match(await readFile(join(entry, "SHA256SUMS"), "utf8"), /^[0-9a-f]{64} {2}a\/b\/file\n$/);
  assert.equal(await faultOf(entry), undefined);
  appendFileSync(join(entry, "another name"), "more");
  assert.equal(await faultOf(entry), "a/b/file is not what was built");
});

test("filling that fails leaves neither draft nor entry, and throws its own error", async () => {
  const entry = join(scratch, "failing");
  const error = new Error("the compiler stumbled");
  const fill = async (into: string) => {
    await writeFile(join(into, "half"), "");
    throw error;
  };
  await assert.rejects(fillEntry(entry, fill), error);
  assert.deepEqual([existsSync(`${entry}.draft`), existsSync(entry)], [false, false]);
  assert.equal(await faultOf(entry), "missing");
});

test("filling that fails leaves an older entry as it was", async () => {
  const entry = await filled("older");
  await assert.rejects(fillEntry(entry, () => Promise.reject(new Error("no"))));
  assert.equal(await faultOf(entry), undefined);
});

test("an entry is not there before it is whole, whatever an interrupted one left", async () => {
  const entry = join(scratch, "interrupted");
  await mkdir(`${entry}.draft`);
  await writeFile(join(`${entry}.draft`, "left over"), "");
  await fillEntry(entry, async (into) => {
    assert.deepEqual(await readdir(into), []);
    await writeFile(join(into, "tool"), "");
    assert.equal(await faultOf(entry), "missing");
  });
  assert.deepEqual((await readdir(entry)).sort(), ["SHA256SUMS", "tool"]);
});

const damages: readonly (readonly [string, string, (entry: string) => unknown])[] = [
  ["a byte more", "tool is not what was built", (entry) => appendFileSync(join(entry, "tool"), "!")],
  ["a byte else", "tool is not what was built", (entry) => writeFile(join(entry, "tool"), "fjrst")],
  ["a lost file", "another tool is gone", (entry) => rm(join(entry, "another tool"))],
  ["a lost list", "missing", (entry) => rm(join(entry, "SHA256SUMS"))],
  ["an empty list", "its list of files is empty", (entry) => writeFile(join(entry, "SHA256SUMS"), "")],
];

for (const [kind, fault, damage] of damages) {
  test(`${kind} is found, and mended by filling anew`, async () => {
    const entry = await filled("damaged");
    await damage(entry);
    assert.equal(await faultOf(entry), fault);
    await filled("damaged");
    assert.equal(await faultOf(entry), undefined);
  });
}
