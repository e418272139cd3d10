import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { MemoryGroup } from "./memory-group.ts";

/** How a server is started. */
export interface Start {
  readonly command: readonly string[];
  /** The port that it listens on. */
  readonly port: number;
  /** @default "127.0.0.1" */
  readonly address?: string;
  readonly env: Readonly<Record<string, string>>;
  /** What limits its memory, if anything does. */
  readonly group?: MemoryGroup | undefined;
  /**
   * The file that it prints into, as containers do.
   * @default a pipe, whose reader takes its share of the processor
   */
  readonly log?: string;
}

/** A server under test that listens on a port of the machine, can be killed and started again, and keeps what it prints. */
export class Program {
  #piped = "";
  readonly #start: Start;
  #child: ChildProcess | undefined;

  constructor(start: Start) {
    this.#start = start;
  }

  /** All it ever printed. */
  get output(): string {
    const { log } = this.#start;
    return log !== undefined && existsSync(log) ? readFileSync(log, "utf8") : this.#piped;
  }

  /** Starts it and waits until it listens. */
  async start(): Promise<void> {
    const { command, env, group, log } = this.#start;
    const inGroup = group ? ["sh", "-ec", 'echo $$ >"$0"; exec "$@"', group.door] : [];
    const [program = "", ...args] = [...inGroup, ...command];
    const printed = log === undefined ? "pipe" : openSync(log, "a");
    const child = spawn(program, args, {
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", printed, printed],
    });
    if (typeof printed === "number") closeSync(printed);
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (data) => {
        this.#piped += data;
      });
    const failed = once(child, "error").then(([error]) => assert.fail(`${command.join(" ")}: ${error}`));
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

  /** Stops it where it is, lets it go on from there, or has it read its configuration anew. */
  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGHUP"): void {
    assert.ok(this.#child?.kill(signal), `${this.#start.command[0]} does not run`);
  }

  /** Whether it runs since it was last started. */
  get runs(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** The most memory that it ever had, in MiB. */
  async peakMemory(): Promise<number> {
    return await this.#mebibytes("VmHWM");
  }

  /** The memory that it has now, in MiB. */
  async memory(): Promise<number> {
    return await this.#mebibytes("VmRSS");
  }

  /** The most files that it had open while something was done, connections above all. */
  async mostOpenFiles(work: () => Promise<unknown>): Promise<number> {
    let most = 0;
    let going = true;
    const worked = work().finally(() => {
      going = false;
    });
    const looking = async () => {
      for (; going; await delay(200))
        most = Math.max(most, (await readdir(`/proc/${this.#child?.pid}/fd`)).length);
    };
    await Promise.all([looking(), worked]);
    return most;
  }

  /** The seconds of a processor that it took so far. */
  async processorSeconds(): Promise<number> {
    const stat = await readFile(`/proc/${this.#child?.pid}/stat`, "utf8");
    const [user, system] = stat
      .replace(/^.*\) /, "")
      .split(" ")
      .slice(11, 13);
    return (Number(user) + Number(system)) / 100;
  }

  async #mebibytes(line: "VmHWM" | "VmRSS"): Promise<number> {
    const status = await readFile(`/proc/${this.#child?.pid}/status`, "utf8");
    return Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  }

  async #listening(child: ChildProcess): Promise<void> {
    while (!(await answers(this.#start))) {
      assert.equal(child.exitCode, null, `${this.#start.command.join(" ")} ended:\n${this.output}`);
      await delay(25);
    }
  }
}

/** A port of an address of the machine that nobody has at the moment. */
export function freePort(address = "127.0.0.1"): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, address, () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === "object" ? address.port : 0));
    });
  });
}

function answers({ port, address = "127.0.0.1" }: Start): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
