import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The checkout under test. */
export const checkout = join(import.meta.dirname, "../../..");

/** How a run of the command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** How it is run. */
export interface Conditions {
  readonly env?: Readonly<Record<string, string>>;
  /** Put before the command, as `setpriv` and its like want it. */
  readonly wrapper?: readonly string[];
  /** A signal to it alone, after so many milliseconds. */
  readonly signal?: readonly [NodeJS.Signals, number];
}

/** Runs `node local/main.ts` as make does. */
export function local(
  args: readonly string[],
  { env = {}, wrapper = [], signal }: Conditions = {},
): Promise<Ended> {
  const since = performance.now();
  const [command = "", ...words] = [...wrapper, process.execPath, join(checkout, "local/main.ts"), ...args];
  const child = spawn(command, words, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const timer = signal && setTimeout(() => child.kill(signal[0]), signal[1]);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, killedBy) => {
      clearTimeout(timer);
      // Not "close": what it started, a cluster above all, may hold the pipes of a killed one.
      const end = () =>
        resolve({ code, killedBy, stdout, stderr, seconds: (performance.now() - since) / 1000 });
      setTimeout(end, 50);
    });
  });
}

/** Runs it and expects success; what it printed is in the error otherwise. */
export async function localOk(args: readonly string[], conditions?: Conditions): Promise<Ended> {
  const ended = await local(args, conditions);
  if (ended.code === 0) return ended;
  throw new Error(
    `local ${args.join(" ")} ended with ${ended.code ?? ended.killedBy}:\n${ended.stdout}${ended.stderr}`,
  );
}

/** Asks until the answer is not undefined; the failure says what was awaited and the last error. */
export async function eventually<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const since = performance.now();
  const waited = () => performance.now() - since;
  let last: unknown;
  while (waited() < seconds * 1000) {
    const answer = await ask().catch((error) => {
      last = error;
      return undefined;
    });
    if (answer !== undefined) return answer;
    // To ask is work, which what is waited for has to share the machine with.
    await sleep(waited() < 2000 ? 150 : 500);
  }
  throw new Error(`waited ${seconds} s for ${what}${last ? `: ${last}` : ""}`);
}
