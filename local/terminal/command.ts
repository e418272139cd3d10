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
  console.error(error instanceof Failure ? `error: ${error.message}` : error);
  return 1;
}
