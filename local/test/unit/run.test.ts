/** Running commands, and what is said of those that fail. */
import assert from "node:assert/strict";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { requireSpace } from "../../machine/disk.ts";
import { CommandFailed, lastLines, run } from "../../machine/run.ts";
import { Failure } from "../../terminal/failure.ts";

const shell = (script: string, options?: Parameters<typeof run>[2]) => run("sh", ["-c", script], options);

test("the last lines are those that say something, in their order", () => {
  assert.equal(lastLines("one\n\n  \ntwo\nthree\n\n", 2), "two\nthree");
  assert.equal(lastLines("\n \n", 5), "");
  const line = fc.constantFrom("", "  ", "a", "b c", " d");
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 6 }), (lines, count) => {
      const kept = lastLines(lines.join("\n"), count).split("\n").filter(Boolean);
      const telling = lines.filter((text) => text.trim() !== "");
      assert.deepEqual(kept, telling.slice(Math.max(0, telling.length - count)));
    }),
  );
});

test("a command's standard output is the result, its input and variables are ours", async () => {
  const options = { cwd: "/", env: { GREETING: "hello" }, input: "world" };
  assert.equal(
    await shell('pwd; echo "$GREETING $(cat) $HOME"', options),
    `/\nhello world ${process.env.HOME}\n`,
  );
});

test("a text beyond a pipe's measure comes whole, its characters unbroken", async () => {
  const text = "€".repeat(150_000);
  assert.equal(await run("cat", [], { input: text }), text);
});

test("a command that does not read its input does no harm", async () => {
  assert.equal(await run("true", [], { input: "x".repeat(1_000_000) }), "");
});

const failures: readonly (readonly [string, string])[] = [
  ["echo out; echo err >&2; exit 3", "sh exited 3: err"],
  ["echo out; exit 3", "sh exited 3: out"],
  ["exit 3", "sh exited 3: it printed nothing"],
  ["kill -9 $$", "sh was ended by SIGKILL: it printed nothing"],
  ["seq 1 9 >&2; exit 1", "sh exited 1: 5\n6\n7\n8\n9"],
];

for (const [script, message] of failures) {
  test(`a failure says how it came: ${script}`, async () => {
    await assert.rejects(
      shell(script),
      (error) => error instanceof CommandFailed && error.message === message,
    );
  });
}

test("a failure keeps all that was printed", async () => {
  const error = await shell("seq 1 9 >&2; exit 1").catch((thrown) => thrown);
  assert.equal(error.output, "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
});

test("a command that is not there could not be started", async () => {
  await assert.rejects(run("/no/such", []), /^CommandFailed: \/no\/such could not be started: .*ENOENT/);
});

test("what is said on standard error is heard before the command ends, and in its failure too", async () => {
  const abort = new AbortController();
  const onError = (text: string) => abort.abort(new Failure(text.trim()));
  const hearing = shell("echo enough >&2; exec sleep 60", { signal: abort.signal, onError });
  await assert.rejects(hearing, new Failure("enough"));
  const heard: string[] = [];
  const failing = shell("echo bad >&2; exit 1", { onError: (text) => heard.push(text) });
  await assert.rejects(failing, /exited 1: bad/);
  assert.deepEqual(heard, ["bad\n"]);
});

test("an abort ends the command and is what is thrown", async () => {
  const abort = new AbortController();
  const since = performance.now();
  const sleeping = run("sleep", ["60"], { signal: abort.signal });
  setTimeout(() => abort.abort(new Failure("enough")), 50);
  await assert.rejects(sleeping, new Failure("enough"));
  assert.ok(performance.now() - since < 5_000);
});

test("a command is not even begun after the abort", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "edge-run-"));
  const signal = AbortSignal.abort(new Failure("enough"));
  await assert.rejects(run("touch", [join(scratch, "begun")], { signal }), new Failure("enough"));
  assert.equal(existsSync(join(scratch, "begun")), false);
  await rm(scratch, { recursive: true });
});

test("a log takes all it prints, instead of the result", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "edge-run-"));
  const log = openSync(join(scratch, "log"), "w");
  assert.equal(await shell("echo out; echo err >&2", { log }), "");
  closeSync(log);
  assert.equal(readFileSync(join(scratch, "log"), "utf8"), "out\nerr\n");
  await rm(scratch, { recursive: true });
});

test("a disk that is too small is said with both figures", async () => {
  await requireSpace("/", 0, "nothing");
  const words = /^Failure: \/: its disk needs 1000000000\.0 GB for a test, has [\d.]+ GB: free some space/;
  await assert.rejects(requireSpace("/", 1e9, "a test"), words);
});
