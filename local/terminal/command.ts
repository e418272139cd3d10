import { CommandFailed } from "../machine/run.ts";
import { Failure, Interrupted } from "./failure.ts";

/**
 * Runs an executable's body: a Failure becomes one line on stderr and exit code 1, Ctrl-C aborts the signal
 * and becomes exit code 130, and anything else keeps its stack, because it is a defect of ours.
 */
export async function command(body: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  const interrupt = () =>
    abort.abort(new Interrupted("nothing half-made was left; run the same command to begin again"));
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, interrupt);
  // Nobody reads on, as after `| head`: that is an interrupt too, or we would die in the middle of something.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", interrupt);
  try {
    await body(abort.signal);
  } catch (error) {
    process.exitCode = report(
      abort.signal.aborted && !(error instanceof Interrupted) ? abort.signal.reason : error,
    );
  }
}

function report(error: unknown): number {
  if (error instanceof Interrupted) {
    console.error(`interrupted: ${error.message}`);
    return 130;
  }
  console.error(sentenceOf(error) ?? error);
  return 1;
}

/** One sentence for what the machine refused; undefined for a defect of ours. */
function sentenceOf(error: unknown): string | undefined {
  if (error instanceof Failure || error instanceof CommandFailed) return `error: ${error.message}`;
  if (!(error instanceof Error && "code" in error)) return undefined;
  const where = "path" in error ? `${error.path}` : "a file";
  const fix = remedies[`${error.code}`];
  return fix && `error: ${where} cannot be written (${error.code}): ${fix}`;
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "its disk is full, free some space and run the command again",
  EDQUOT: "its disk quota is used up, free some space and run the command again",
  EROFS: "its disk is read-only, point XDG_CACHE_HOME and XDG_STATE_HOME at one that is not",
  EACCES: "you may not, run the command with sudo",
  EPERM: "you may not, run the command with sudo",
  ENOTDIR: "a file is in the place of a folder, move it away",
  EEXIST: "something else is in its place, move it away",
};
