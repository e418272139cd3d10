// The random plugin driven by the real engine. Needs pulumi, its Node host and the plugin on PATH.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { Stack } from "../support/engine.ts";

const program = path.join(import.meta.dirname, "programs", "random");
const step = (name: string) => ({ env: { STEP: name } });
const names = [
  "bytes",
  "id",
  "ignored",
  "integer",
  "length",
  "password",
  "pet",
  "shuffle",
  "string",
  "triggered",
  "uuid",
  "uuid4",
  "uuid7",
];

let stack: Stack;
before(async () => {
  stack = await Stack.create(program);
});
after(() => stack.remove());

test("up makes every type once", async () => {
  const run = await stack.up();
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.deepEqual(
    run.steps.map((s) => `${s.op} ${s.name}`).sort(),
    names.map((name) => `create ${name}`),
  );
  const again = await stack.up();
  assert.deepEqual(again.changes, []);
});

test("a seed gives the values that the published plugin gives", async () => {
  assert.equal((await stack.resource("integer")).outputs?.result, 64_618);
  assert.deepEqual((await stack.resource("shuffle")).outputs?.results, ["b", "c", "d", "a"]);
});

test("no password is in the state in clear", async () => {
  const text = await stack.exportText();
  const { stdout } = await stack.command("stack", "export", "--show-secrets");
  const clear = JSON.parse(stdout) as { deployment: { resources: { outputs?: Record<string, unknown> }[] } };
  const secrets = clear.deployment.resources.flatMap((r) =>
    ["result", "bcryptHash", "hex"].flatMap((name) => {
      const value = r.outputs?.[name] as { plaintext?: string } | undefined;
      return value?.plaintext ? [JSON.parse(value.plaintext) as string] : [];
    }),
  );
  assert.equal(secrets.length, 7, "three passwords with their hashes, and bytes");
  for (const secret of secrets) assert.ok(!text.includes(secret), "a secret is readable in state");
});

test("refresh finds nothing to change", async () => {
  const run = await stack.refresh();
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(
    run.steps.filter((s) => s.op !== "refresh" && s.op !== "same"),
    [],
  );
});

test("an empty override goes without a replacement, and an ignored change not at all", async () => {
  assert.deepEqual((await stack.up(step("updated"))).changes, ["update RandomString string"]);
  assert.deepEqual((await stack.up(step("ignored"))).changes, [
    "create-replacement RandomString string",
    "delete-replaced RandomString string",
    "replace RandomString string",
  ]);
});

test("keepers and triggers replace, and a preview knows before", async () => {
  const kept = names.filter((name) => name !== "ignored");
  const replacing = (run: { steps: readonly { op: string; name: string }[] }) =>
    run.steps
      .filter((s) => s.op === "create-replacement")
      .map((s) => s.name)
      .sort();
  assert.deepEqual(replacing(await stack.preview(step("replaced"))), kept);
  const before = await stack.resource("uuid");
  assert.deepEqual(replacing(await stack.up(step("replaced"))), kept);
  assert.notEqual((await stack.resource("uuid")).id, before.id);
});

test("destroy leaves nothing, and what exists elsewhere can be imported", async () => {
  assert.equal((await stack.destroy()).code, 0);
  const run = await stack.up(step("imported"));
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.deepEqual(
    run.steps.filter((s) => s.op === "import").map((s) => s.name),
    run.steps.map((s) => s.name),
  );
  assert.equal((await stack.resource("id")).outputs?.hex, "p-68656c");
  assert.equal((await stack.resource("integer")).outputs?.result, 5);
  assert.equal((await stack.destroy()).code, 0);
});

test("words and orders cannot be imported", async () => {
  const run = await stack.up({ ...step("unimportable"), args: ["--continue-on-error"] });
  assert.notEqual(run.code, 0);
  for (const name of ["pet", "shuffle"])
    assert.match(run.stdout, new RegExp(` ${name} .*This resource does not support import`), name);
  const shown =
    "[ERROR] This resource does not support import. Please contact the provider developer for additional";
  assert.equal(run.errors.filter((error) => error.includes(shown)).length, 2, run.errors.join("\n"));
});

test("bad inputs are refused before anything is made", async () => {
  const run = await stack.preview(step("refused"));
  assert.notEqual(run.code, 0);
  assert.match(
    run.messages.join("\n"),
    /must be at least sum of min_upper \+ min_lower \+ min_numeric \+ min_special, got: 3\. Examine values at 'string\.length'\./,
  );
});
