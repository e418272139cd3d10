/**
 * Runs the tests: `node local/test/run.ts` all that `make test` is, `… check`, `… unit` or `… e2e` a part, `… e2e NAME…` some
 * suites. Suites run one at a time, but for those that may run beside each other, whose output comes when each is done;
 * the closing line counts all of their tests.
 */
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { run as runTests } from "node:test";
import { spec } from "node:test/reporters";
import { setTimeout as sleep } from "node:timers/promises";
import { ensurePrerequisites, prerequisites, testPrerequisites } from "../machine/prerequisites.ts";
import { run } from "../machine/run.ts";
import { command } from "../terminal/command.ts";
import { Failure } from "../terminal/failure.ts";
import { elapsed, Progress } from "../terminal/progress.ts";
import { ensureToolchain } from "../toolchain/ensure.ts";
import { check } from "./check.ts";
import { goTests } from "./go.ts";
import { saveDiagnostics, sharedCluster } from "./shared-cluster.ts";
import { e2eSuites, type Suite, unitSuites } from "./suites.ts";
import { checkout, localOk } from "./support/cli.ts";

/** How the tests of one suite ended. */
export interface Totals {
  passed: number;
  failed: number;
}

// Each test file and each run of the engine is a process that loads the same modules.
process.env.NODE_COMPILE_CACHE ??= join(checkout, "node_modules/.cache/compiled");

const progress = new Progress();
const lines: string[] = [];
/** Why tests failed, a line each: told once more at the end, where a reader of a long output looks. */
const reasons: string[] = [];
const totals: Totals = { passed: 0, failed: 0 };

await command(async (signal) => {
  const [part = "all", ...names] = process.argv.slice(2);
  if (!["all", "check", "unit", "e2e"].includes(part))
    throw new Failure(`expected check, unit or e2e, got ${part}`);
  await ensurePrerequisites([...prerequisites, ...testPrerequisites], progress, signal);
  if (part === "all" || part === "check") await check(progress, signal);
  if (part === "check") return;
  if (part !== "e2e") {
    await inTurn(unitSuites, signal);
    await timed({ name: "plugins (Go)", budgetSeconds: 50 }, () => goTests(signal));
  }
  if (part !== "unit") await endToEnd(names, signal);
  for (const line of [...lines, ...reasons]) console.log(line);
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  if (totals.failed > 0 || totals.passed === 0) process.exitCode = 1;
});

async function endToEnd(names: readonly string[], signal: AbortSignal): Promise<void> {
  const unknown = names.filter((name) => !e2eSuites.some((suite) => suite.name === name));
  if (unknown.length > 0) throw new Failure(`unknown suites: ${unknown.join(", ")}`);
  const wanted = e2eSuites.filter(({ name }) => names.length === 0 || names.includes(name));
  const rare = new Set(wanted.flatMap(({ rareTools = [] }) => rareTools));
  const bin = await ensureToolchain(progress, signal, [...rare]);
  process.env.PATH = `${bin}:${join(bin, "plugins")}:${process.env.PATH}`;
  await inTurn(
    wanted.filter(({ needs }) => needs !== "cluster"),
    signal,
  );
  const sharing = wanted.filter(({ needs }) => needs === "cluster");
  if (sharing.length === 0) return;
  try {
    process.env.KUBECONFIG = await sharedCluster(progress);
    await inTurn(sharing, signal);
  } finally {
    await localOk(["stop", "--name", "e2e"]);
  }
}

async function inTurn(suites: readonly Suite[], signal: AbortSignal): Promise<void> {
  const lanes = Map.groupBy(suites, ({ lane }) => lane);
  const alone = lanes.get(undefined) ?? [];
  lanes.delete(undefined);
  const beside = [...lanes.values()];
  const run = async (suite: Suite) => {
    signal.throwIfAborted();
    const held = suite.lane !== undefined && beside.length > 1;
    await timed({ ...suite, held }, (print) => nodeTests(suite, print, signal));
    signal.throwIfAborted();
  };
  const inLane = async (lane: readonly Suite[]) => {
    for (const suite of lane) await run(suite);
  };
  await inLane(alone);
  if (beside.length > 1) {
    const told = beside.map((lane) => lane.map(({ name }) => name).join(", then "));
    console.log(`\n== beside each other: ${told.join("; ")} …`);
  }
  await Promise.all(beside.map(inLane));
}

type Print = (text: string) => unknown;

async function timed(
  { name, budgetSeconds, held }: Pick<Suite, "name" | "budgetSeconds"> & { readonly held?: boolean },
  work: (print: Print) => Promise<Totals>,
): Promise<void> {
  const since = performance.now();
  const texts: string[] = [];
  const print = (text: string) => (held ? texts.push(text) : process.stdout.write(text));
  print(`\n== ${name}\n`);
  const { passed, failed } = await work(print);
  process.stdout.write(texts.join(""));
  totals.passed += passed;
  totals.failed += failed;
  const seconds = (performance.now() - since) / 1000;
  const over = seconds > budgetSeconds ? ", over its budget" : "";
  const line = `${name}: ${passed} passed, ${failed} failed in ${elapsed(since)} (budget ${budgetSeconds} s${over})`;
  lines.push(line);
  console.log(line);
}

/** Runs files of node:test, each in a process of its own, and shows them as its own reporter does. */
async function nodeTests(suite: Suite, print: Print, signal: AbortSignal): Promise<Totals> {
  const counted: Totals = { passed: 0, failed: 0 };
  // Long enough for a machine that has nothing built yet, too.
  const most = Math.max(suite.budgetSeconds * 4, 600);
  const late = AbortSignal.timeout(most * 1000);
  const end = AbortSignal.any([signal, late]);
  // Unit tests share nothing; of the others most share the machine.
  const concurrency = suite.needs === "nothing" || suite.atOnce ? availableParallelism() : 1;
  const execArgv = [...(suite.nodeArgs ?? [])];
  const events = runTests({ files: [...suite.files], concurrency, execArgv, signal: end });
  const failed: string[] = [];
  events.on("test:fail", ({ name, details: { error } }) => {
    // What fails with a test in it says nothing of its own. A file fails so too, but also where it cannot be loaded, or
    // cannot tidy up.
    if ((error as { failureType?: string } | undefined)?.failureType === "subtestsFailed") return;
    failed.push(`${suite.name}: ${name.replace(`${checkout}/`, "")}: ${reasonOf(error)}`);
  });
  events.on("test:summary", ({ file, counts }) => {
    if (file !== undefined) return;
    counted.passed = counts.passed;
    // A suite without tests has not passed.
    counted.failed = counts.tests === 0 ? 1 : counts.tests - counts.passed - counts.skipped - counts.todo;
  });
  const shown = async () => {
    for await (const text of events.compose(new spec())) print(text);
  };
  // Then the files' processes are ended, which may be without a word, and nothing more would come.
  await Promise.race([shown(), once(end, "abort").then(() => sleep(5000, undefined, { ref: false }))]);
  signal.throwIfAborted();
  if (late.aborted) {
    failed.push(`${suite.name}: it did not end within ${most} s, and was ended`);
    counted.failed += 1;
  }
  reasons.push(...failed);
  if (counted.failed > 0) await keepEvidence(suite, failed);
  return counted;
}

/** What an assertion or an error says, in one line: how it begins and, where it is long, how it ends. */
function reasonOf(error: unknown): string {
  const said = error instanceof Error ? (error.cause ?? error) : error;
  const line = `${said instanceof Error ? said.message : said}`.replaceAll(/\s+/g, " ");
  return line.length > 900 ? `${line.slice(0, 400)} … ${line.slice(-500)}` : line;
}

async function keepEvidence(suite: Suite, failed: readonly string[]): Promise<void> {
  const folder = join(checkout, "test-results", suite.name);
  await run("mkdir", ["-p", folder]);
  appendFileSync(join(folder, "failed.txt"), `${failed.join("\n")}\n`);
  if (suite.needs === "cluster") await saveDiagnostics(folder);
  console.log(`what was there when it failed is in ${folder}`);
}
