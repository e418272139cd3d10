import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { requireSpace } from "../machine/disk.ts";
import { withLock } from "../machine/lock.ts";
import type { Progress } from "../terminal/progress.ts";
import { assembleBin } from "./bin.ts";
import { build, entryOf } from "./build.ts";
import { cacheDirectory, faultOf, keyOf } from "./cache.ts";
import { requireGo } from "./go.ts";
import { findPreferred } from "./path.ts";
import { preferred, type Tool, tools } from "./tools.ts";

/** Two builds at a time: while one links, on a single core, the other compiles. */
const atOnce = 2;

/** Builds the tools that this machine lacks, and those that only few need; returns the folder that has them all. */
export async function ensureToolchain(
  progress: Progress,
  signal: AbortSignal,
  rare: readonly Tool[] = [],
): Promise<string> {
  await mkdir(cacheDirectory, { recursive: true });
  const onWait = () => progress.say("another build of the tools is running on this machine; waiting for it");
  return withLock(`toolchain/${keyOf([cacheDirectory])}`, () => ensureLocked(progress, signal, rare), {
    signal,
    onWait,
  });
}

/** Builds a tool that only few need, where it is missing, and returns the folder with its binaries. */
export async function ensureTool(tool: Tool, progress: Progress, signal: AbortSignal): Promise<string> {
  const build = async () => {
    const entry = await entryOf(tool);
    const fault = await faultOf(entry);
    if (fault !== undefined) await buildAll([{ tool, entry, fault }], progress, signal);
    return entry;
  };
  return withLock(`toolchain/${keyOf([cacheDirectory])}`, build, { signal });
}

async function ensureLocked(progress: Progress, signal: AbortSignal, rare: readonly Tool[]): Promise<string> {
  const found = new Map<string, string>();
  const unneeded = new Set<string>();
  for (const wanted of preferred) {
    const here = await findPreferred(wanted);
    for (const [name, path] of here ?? []) found.set(name, path);
    if (here) for (const name of wanted.instead) unneeded.add(name);
  }
  const needed = [...rare, ...tools].filter(({ name }) => !unneeded.has(name));
  const built = await Promise.all(needed.map(async (tool) => ({ tool, entry: await entryOf(tool) })));
  const faults = await Promise.all(built.map(({ entry }) => faultOf(entry)));
  const missing = built.flatMap((one, at) =>
    faults[at] === undefined ? [] : [{ ...one, fault: faults[at] }],
  );
  if (missing.length > 0) await buildAll(missing, progress, signal);
  return assembleBin(built, found);
}

interface Missing {
  readonly tool: Tool;
  readonly entry: string;
  readonly fault: string;
}

async function buildAll(missing: readonly Missing[], progress: Progress, signal: AbortSignal): Promise<void> {
  for (const { tool } of missing) await requireGo(tool.module);
  await requireSpace(cacheDirectory, 1 + missing.length / 2, "building the tools");
  for (const { tool, entry, fault } of missing.filter(({ fault }) => fault !== "missing")) {
    progress.say(
      `  ${tool.name}: the cached build in ${join(entry)} is damaged (${fault}); building it again`,
    );
  }
  progress.say(`building ${missing.length} tools into ${cacheDirectory}`);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const queue = [...missing];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      either.throwIfAborted();
      const { tool, entry } = next;
      const name = `${tool.name} ${tool.version}`;
      await progress.during(name, () => build(tool, entry, either), `${name} built`);
    }
  };
  const workers = Array.from({ length: atOnce }, () => worker().catch((error) => failed.abort(error)));
  await Promise.all(workers);
  signal.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
}
