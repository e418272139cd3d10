import { CommandFailed } from "../machine/run.ts";
import { Failure, Interrupted } from "./failure.ts";

/**
 * Runs an executable's body: a Failure becomes one line on stderr and exit code 1, Ctrl-C aborts the signal
 * and becomes exit code 130, and anything else keeps its stack, because it is a defect of ours.
 */
export async function command(body: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Interrupted("interrupted"));
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, interrupt);
  try {
    await body(abort.signal);
  } catch (error) {
    process.exitCode = report(abort.signal.aborted ? abort.signal.reason : error);
  }
}

function report(error: unknown): number {
  if (error instanceof Interrupted) {
    console.error("interrupted: nothing half-made was left; run the same command to begin again");
    return 130;
  }
  console.error(sentenceOf(error) ?? error);
  return 1;
}

/** One sentence for what the machine refused; undefined for a defect of ours. */
function sentenceOf(error: unknown): string | undefined {
  if (error instanceof Failure || error instanceof CommandFailed) return `error: ${error.message}`;
  if (!(error instanceof Error && "code" in error && "path" in error)) return undefined;
  if (error.code === "ENOSPC")
    return `error: the disk of ${error.path} is full: free some space and run again`;
  if (error.code === "EACCES" || error.code === "EPERM")
    return `error: ${error.path} may not be written: run with sudo`;
  return undefined;
}
