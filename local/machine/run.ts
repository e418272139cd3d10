import { spawn } from "node:child_process";

/** How a command is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** Variables added to this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Text for its standard input. */
  readonly input?: string;
  /** Ends the command when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Hears what it prints on its standard error, as it comes. */
  readonly onError?: (text: string) => void;
  /** An open file that takes all it prints, instead of the result. */
  readonly log?: number;
}

/** A command that ended badly, with what it printed last. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  readonly output: string;

  constructor(command: string, how: string, output: string) {
    super(`${command} ${how}: ${lastLines(output, 5) || "it printed nothing"}`);
    this.output = output;
  }
}

/** The last lines of a text that say something. */
export function lastLines(text: string, count: number): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-count).join("\n");
}

/** Runs a command to its end and returns its standard output; anything but exit code 0 throws. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, env, input, signal, onError, log } = options;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      stdio: [input === undefined ? "ignore" : "pipe", log ?? "pipe", log ?? "pipe"],
    });
    let out = "";
    let errors = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
      onError?.(text);
    });
    const kill = () => child.kill("SIGTERM");
    signal?.addEventListener("abort", kill, { once: true });
    child.on("error", (error) => reject(new CommandFailed(command, "could not be started", error.message)));
    child.on("close", (code, killer) => {
      signal?.removeEventListener("abort", kill);
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve(out);
      else
        reject(
          new CommandFailed(command, killer ? `was ended by ${killer}` : `exited ${code}`, errors || out),
        );
    });
    child.stdin?.on("error", () => undefined).end(input);
  });
}
