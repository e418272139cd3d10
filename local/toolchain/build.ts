import { closeSync, openSync } from "node:fs";
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { totalmem } from "node:os";
import { join } from "node:path";
import { CommandFailed, lastLines, run } from "../machine/run.ts";
import { Failure } from "../terminal/failure.ts";
import { cacheDirectory, fillEntry, keyOf } from "./cache.ts";
import { causeOf } from "./explain.ts";
import { goEnvironment, moduleDirectory } from "./go.ts";
import type { Tool } from "./tools.ts";

/** Where a tool's build is kept: another pin, source line, flag or setting of Go's gives another place. */
export async function entryOf(tool: Tool, environment = goEnvironment): Promise<string> {
  const directory = moduleDirectory(tool.module);
  const names = (await readdir(directory, { recursive: true })).filter(isSource).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")));
  const { HOME, ...settings } = environment; // where Go keeps things shows in no build
  const how = JSON.stringify([tool, settings, linkerFlags, gccFlags]);
  const key = keyOf([process.arch, how, ...names, ...texts]);
  return join(cacheDirectory, "tools", `${tool.name}-${key}`);
}

const linkerFlags = "-s -w";
const gccFlags = ["-Os", "-static", "-s"];

function isSource(name: string): boolean {
  return (
    name.endsWith("go.mod") || name.endsWith("go.sum") || (name.endsWith(".go") && !name.endsWith("_test.go"))
  );
}

/** Builds a tool into its place in the cache; all that the build prints is kept in a log. */
export async function build(tool: Tool, entry: string, signal: AbortSignal): Promise<void> {
  const logs = join(cacheDirectory, "logs");
  await mkdir(logs, { recursive: true });
  const logPath = join(logs, `${tool.name}.log`);
  const log = openSync(logPath, "w");
  try {
    await fillEntry(entry, (into) => compile(tool, into, log, signal));
  } catch (error) {
    signal.throwIfAborted();
    throw explain(tool, error, logPath, await readFile(logPath, "utf8"));
  } finally {
    closeSync(log);
  }
}

function explain(tool: Tool, error: unknown, logPath: string, output: string): Failure {
  const text = error instanceof CommandFailed ? `${output}\n${error.output}` : `${error}`;
  const cause = causeOf(text) ?? "the build failed";
  return new Failure(
    `${tool.name} ${tool.version}: ${cause}\n${lastLines(text, 8)}\n(all of it: ${logPath})`,
  );
}

async function compile(tool: Tool, into: string, log: number, signal: AbortSignal): Promise<void> {
  const cwd = moduleDirectory(tool.module);
  const env = { ...goEnvironment, ...spending(), CGO_ENABLED: tool.cgo ? "1" : "0" };
  if (typeof tool.source === "object")
    return compileC(tool.source, Object.keys(tool.binaries), into, log, signal, cwd);
  const flags = ["-ldflags", `${linkerFlags} ${tool.ldflags ?? ""}`];
  if (tool.tags) flags.push("-tags", tool.tags.join(","));
  await orphanless("go", ["build", ...flags, "-o", `${into}/`, tool.source], { cwd, env, log, signal });
  for (const [name, built] of Object.entries(tool.binaries)) {
    if (name !== built) await rename(join(into, built), join(into, name));
  }
}

/** Go's compiler and its linker save memory for a twentieth of their time: not where there is enough of it. */
const spending = () => (totalmem() < 8 * 2 ** 30 ? {} : { GOGC: "off", GOMEMLIMIT: "1GiB" });

async function compileC(
  source: { readonly c: string; readonly of: string },
  [name = ""]: readonly string[],
  into: string,
  log: number,
  signal: AbortSignal,
  cwd: string,
): Promise<void> {
  const env = goEnvironment;
  await orphanless("go", ["mod", "download", source.of], { cwd, env, log, signal });
  const module = await run("go", ["list", "-m", "-f", "{{.Dir}}", source.of], { cwd, env, signal });
  const flags = [...gccFlags, `-DVERSION=${name}`];
  await run("gcc", [...flags, "-o", join(into, name), join(module.trim(), source.c)], { log, signal });
}

/** Runs a long command that dies with us, also where we are killed outright. */
function orphanless(
  command: string,
  args: readonly string[],
  options: Parameters<typeof run>[2],
): Promise<string> {
  return run("setpriv", ["--pdeathsig", "TERM", command, ...args], options);
}
