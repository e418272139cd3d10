import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** A server under test that listens on a port of 127.0.0.1, can be killed and started again, and keeps what it prints. */
export class Program {
  /** All it ever printed. */
  output = "";
  readonly #command: string;
  readonly #args: readonly string[];
  readonly #port: number;
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  constructor(command: string, args: readonly string[], port: number, env: Readonly<Record<string, string>>) {
    this.#command = command;
    this.#args = args;
    this.#port = port;
    this.#env = env;
  }

  /** Starts it and waits until it listens. */
  async start(): Promise<void> {
    const child = spawn(this.#command, this.#args, {
      env: { PATH: process.env.PATH, ...this.#env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => {
        this.output += data;
      });
    const failed = once(child, "error").then(([error]) => assert.fail(`${this.#command}: ${error}`));
    await Promise.race([failed, this.#listening(child)]);
  }

  /** Sends it a signal; the promise is its end and resolves to its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, "exit");
    child.kill(signal);
    const [code] = await exit;
    return code;
  }

  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** The most memory that it ever had, in MiB. */
  async peakMemory(): Promise<number> {
    const status = await readFile(`/proc/${this.#child?.pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
  }

  async #listening(child: ChildProcess): Promise<void> {
    while (!(await answers(this.#port))) {
      assert.equal(child.exitCode, null, `${this.#command} ended:\n${this.output}`);
      await delay(25);
    }
  }
}

/** A port of 127.0.0.1 that nobody has at the moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === "object" ? address.port : 0));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
