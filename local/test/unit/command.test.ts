/** How an executable ends: its exit code, and what it prints of an error. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CommandFailed } from "../../machine/run.ts";
import { command } from "../../terminal/command.ts";
import { Failure } from "../../terminal/failure.ts";

async function endOf(t: TestContext, error: unknown) {
  const print = t.mock.method(console, "error", () => undefined);
  await command(() => Promise.reject(error));
  const { exitCode } = process;
  process.exitCode = undefined; // or this test's own process fails
  const printed = print.mock.calls.map((call) => call.arguments);
  print.mock.restore();
  return { exitCode, printed };
}

const system = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: the system's words`), { code, ...(path === undefined ? {} : { path }) });

const sentences: readonly (readonly [Error, string])[] = [
  [new Failure("no node: add one"), "error: no node: add one"],
  [new CommandFailed("ip", "exited 2", "bad\n"), "error: ip exited 2: bad"],
  [
    system("ENOSPC", "/here"),
    "error: /here cannot be written (ENOSPC): its disk is full, free some space and run the command again",
  ],
  [
    system("ENOSPC"),
    "error: a file cannot be written (ENOSPC): its disk is full, free some space and run the command again",
  ],
  [
    system("EACCES", "/here"),
    "error: /here cannot be written (EACCES): you may not, run the command with sudo",
  ],
  [
    system("EROFS", "/here"),
    "error: /here cannot be written (EROFS): its disk is read-only, point XDG_CACHE_HOME and XDG_STATE_HOME at one that is not",
  ],
];

for (const [error, sentence] of sentences) {
  test(`a person reads one sentence: ${sentence}`, async (t) => {
    assert.deepEqual(await endOf(t, error), { exitCode: 1, printed: [[sentence]] });
  });
}

test("a defect keeps its stack", async (t) => {
  for (const error of [new TypeError("x is undefined"), system("ENOENT", "/here"), "text"]) {
    assert.deepEqual(await endOf(t, error), { exitCode: 1, printed: [[error]] });
  }
});

test("a body that ends well leaves the exit code alone", async () => {
  await command(async (signal) => assert.equal(signal.aborted, false));
  assert.equal(process.exitCode, undefined);
});

test("a signal aborts the body, and whatever that throws then, the person reads of an interruption", async () => {
  const file = JSON.stringify(join(import.meta.dirname, "../../terminal/command.ts"));
  const script = `
    const { command } = await import(${file});
    await command((signal) => new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, 60_000);
      signal.addEventListener("abort", () => { clearTimeout(timer); reject(new TypeError("torn apart")); });
      console.log("ready");
    }));`;
  const end = async (signal: NodeJS.Signals) => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script]);
    let errors = "";
    child.stderr.on("data", (data) => {
      errors += data;
    });
    child.stdout.once("data", () => child.kill(signal));
    const code = await new Promise((resolve) => child.on("close", resolve));
    const sentence = "interrupted: nothing half-made was left; run the same command to begin again\n";
    assert.deepEqual([code, errors], [130, sentence], signal);
  };
  await Promise.all((["SIGINT", "SIGTERM", "SIGHUP"] as const).map(end));
});
