import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { goEnvironment, moduleDirectory } from "../toolchain/go.ts";
import type { Totals } from "./run.ts";

interface GoEvent {
  readonly Action: string;
  readonly Package: string;
  readonly Test?: string;
  readonly Output?: string;
}

/** Runs the plugins' Go tests; what a failing one printed is shown. */
export async function goTests(signal: AbortSignal): Promise<Totals> {
  const totals: Totals = { passed: 0, failed: 0 };
  const child = spawn("go", ["test", "-json", "./..."], {
    cwd: moduleDirectory("plugins"),
    env: { ...process.env, ...goEnvironment, CGO_ENABLED: "0" },
    stdio: ["ignore", "pipe", "inherit"],
    signal,
  });
  const exit = new Promise<number | null>((resolve, reject) =>
    child.on("error", reject).on("close", resolve),
  );
  const output = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const event: GoEvent = line.startsWith("{")
      ? JSON.parse(line)
      : { Action: "output", Package: "", Output: `${line}\n` };
    const key = `${event.Package} ${event.Test ?? ""}`;
    if (event.Action === "output" || event.Action === "build-output")
      output.set(key, (output.get(key) ?? "") + event.Output);
    if (event.Action === "fail") console.log(`✖ ${key}\n${output.get(key) ?? ""}`);
    if (event.Test === undefined) {
      if (event.Action === "pass") console.log(`✔ ${event.Package}`);
      continue;
    }
    if (event.Action === "pass") totals.passed += 1;
    if (event.Action === "fail") totals.failed += 1;
  }
  // A package that does not compile fails without any test of it failing.
  if ((await exit) !== 0 && totals.failed === 0) totals.failed = 1;
  return totals;
}
