/** What is written for shells to read says the same to a real one, whatever is in it. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { shellSettings, writeFiles } from "../../cluster/files.ts";
import { asExports, environmentOf } from "../../engine/environment.ts";
import { run } from "../../machine/run.ts";
import { example } from "./example-cluster.ts";

let scratch: string;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "edge-shell-"));
});

after(() => rm(scratch, { recursive: true }));

// No variable can hold a NUL, and half of a surrogate pair is no text.
const character = fc
  .integer({ min: 1, max: 0x10ffff })
  .map((code) => String.fromCodePoint(code).toWellFormed());
const anything = fc.string({ unit: character });
const biting = fc.string({ unit: fc.constantFrom(..."'\"\\$`!*?~#;&|<>(){}[]=%- \t\n\réa1") });
const known = fc.constantFrom(
  "",
  "'",
  "''",
  "it's",
  "'; exit 7; '",
  "$(exit 7)",
  "`exit 7`",
  "\\'",
  "-n",
  "a\n",
  "\n",
);
const values = fc.array(fc.oneof(anything, biting, known), { minLength: 40, maxLength: 40 });
const named = (list: readonly string[]) =>
  Object.fromEntries(list.map((value, at) => [`VALUE_${at}`, value]));

for (const shell of ["sh", "bash"]) {
  test(`settings survive being sourced by ${shell}`, async () => {
    const property = fc.asyncProperty(values, async (list) => {
      await writeFiles(scratch, { settings: shellSettings(named(list)) });
      const names = Object.keys(named(list)).map((name) => `"$${name}"`);
      const script = `. "$0"; printf '%s\\0' ${names.join(" ")}`;
      const read = await run(shell, ["-euc", script, join(scratch, "settings")], { cwd: scratch });
      assert.deepEqual(read.split("\0").slice(0, -1), list);
    });
    await fc.assert(property, { numRuns: 12 });
  });

  test(`exports survive being evaluated by ${shell}, and reach its children`, async () => {
    const property = fc.asyncProperty(values, async (list) => {
      const lines = asExports(named(list));
      const read = await run(shell, ["-euc", 'eval "$0"; exec env -0', lines], { cwd: scratch });
      const seen = read.split("\0").filter((line) => line.startsWith("VALUE_"));
      const expected = Object.entries(named(list)).map(([name, value]) => `${name}=${value}`);
      assert.deepEqual(seen.sort(), expected.sort());
    });
    await fc.assert(property, { numRuns: 12 });
  });
}

test("PATH is put before the person's own, which stays as it is", async () => {
  const script = 'PATH="$PATH:/a b"; eval "$0"; printf %s "$PATH"';
  const path = await run("sh", ["-euc", script, asExports({ PATH: "/it's mine/$HOME" })]);
  assert.equal(path, `/it's mine/$HOME:${process.env.PATH}:/a b`);
});

test("what is not text is written as JSON", async () => {
  await writeFiles(scratch, { text: "as it is", json: { a: [1, "é"] } });
  assert.equal(await readFile(join(scratch, "text"), "utf8"), "as it is");
  assert.equal(await readFile(join(scratch, "json"), "utf8"), '{"a":[1,"é"]}\n');
});

test("a cluster's environment is its own, with a passphrase that stays", async () => {
  const cluster = { ...example, directory: join(scratch, "cluster") };
  const environment = await environmentOf(cluster);
  const ours = ["KUBECONFIG", "PULUMI_HOME", "PULUMI_CONFIG_PASSPHRASE_FILE"] as const;
  for (const name of ours) assert.ok(environment[name]?.startsWith(`${cluster.directory}/`), name);
  assert.match(environment.PATH ?? "", /^\/cache\/bin:\//);
  const secret = () => readFile(environment.PULUMI_CONFIG_PASSPHRASE_FILE ?? "", "utf8");
  const first = await secret();
  assert.equal(Buffer.from(first, "base64").length, 24);
  assert.deepEqual(await environmentOf(cluster), environment);
  assert.equal(await secret(), first);
});
