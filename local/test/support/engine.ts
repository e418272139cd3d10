import { type ExecFileException, execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { dump, load } from "js-yaml";
import { backendIn, makeHome } from "../../engine/environment.ts";
import { readEvents, type Step, stepsOf } from "./engine-events.ts";
import { endOrphans } from "./orphans.ts";

/** What one run of the `pulumi` command did. */
export interface Run {
  readonly code: number;
  /** The signal that ended it, if one did; then the code says nothing. */
  readonly killedBy: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  /** Every step except the stack's and the providers' own. */
  readonly steps: readonly Step[];
  /** Steps that change something, as "op type name", sorted; `type` is the last segment. */
  readonly changes: readonly string[];
  /** Diagnostics and status messages shown to the user, in order. */
  readonly messages: readonly string[];
  /** Those of them that say why it failed. */
  readonly errors: readonly string[];
}

/** The same run, if it ended well; else an error with all it said, and first why. */
export function succeeded(run: Run): Run {
  if (run.code === 0) return run;
  const said = [...run.errors, run.stdout, run.stderr].join("\n");
  throw new Error(`expected success, got exit code ${run.code} and\n${said}`);
}

export interface Deployed {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly initErrors?: readonly string[];
}

/** An object to be adopted; the id is the provider's. */
export interface Adopted {
  readonly type: string;
  readonly name: string;
  readonly id: string;
}

interface Options {
  readonly env?: Record<string, string | undefined>;
  readonly args?: readonly string[];
  /** Send the engine, or the group of all that share its terminal, this signal after so many milliseconds. */
  readonly kill?: { readonly afterMs: number; readonly signal: NodeJS.Signals; readonly group?: true };
}

/**
 * A Pulumi project and stack in a directory of its own, with a file backend beside it.
 * Needs `pulumi` and the provider plugins on PATH; nothing outside the directory is written.
 */
export class Stack {
  readonly #home: string;
  readonly #project: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #name: string;
  #runs = 0;
  #deployed = false;

  private constructor(home: string, project: string, env: NodeJS.ProcessEnv, name: string) {
    this.#home = home;
    this.#project = project;
    this.#env = env;
    this.#name = name;
  }

  /** Makes a stack of the program in `program`; `env` is added to every run. */
  static async create(
    program: string,
    env: Record<string, string | undefined> = {},
    name = "e2e",
  ): Promise<Stack> {
    const home = await mkdtemp(path.join(tmpdir(), "edge-registry-e2e-"));
    await mkdir(path.join(home, "state"));
    await makeHome(path.join(home, "home"));
    // The engine writes the settings of a new stack beside the project's; these belong here.
    await mkdir(path.join(home, "draft"));
    await cp(path.join(program, "Pulumi.yaml"), path.join(home, "draft/Pulumi.yaml"));
    const stack = new Stack(
      home,
      program,
      {
        ...process.env,
        PULUMI_HOME: path.join(home, "home"),
        PULUMI_BACKEND_URL: backendIn(path.join(home, "state")),
        PULUMI_CONFIG_PASSPHRASE: "e2e",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_DEBUG_COMMANDS: "true", // --event-log is one of these
        ...env,
      },
      name,
    );
    await stack.#must("stack", "init", name, "--no-select", "-C", path.join(home, "draft"));
    await cp(path.join(home, `draft/Pulumi.${name}.yaml`), stack.#config);
    return stack;
  }

  /** Whether something of it may be out there: it was told to, and not destroyed since. */
  get deployed(): boolean {
    return this.#deployed;
  }

  /** Where the stack's files are; a test may put its own there. */
  get directory(): string {
    return this.#home;
  }

  get #config(): string {
    return path.join(this.#home, `Pulumi.${this.#name}.yaml`);
  }

  up(options: Options = {}): Promise<Run> {
    return this.#operate(["up", "--yes", "--skip-preview"], options);
  }

  preview(options: Options = {}): Promise<Run> {
    return this.#operate(["preview", "--diff"], options);
  }

  refresh(options: Options = {}): Promise<Run> {
    return this.#operate(["refresh", "--yes", "--skip-preview"], options);
  }

  destroy(options: Options = {}): Promise<Run> {
    return this.#operate(["destroy", "--yes", "--skip-preview"], options);
  }

  /** Adopts objects that exist: `pulumi import`. */
  async import(resources: readonly Adopted[], options: Options = {}): Promise<Run> {
    const list = path.join(this.#home, "import.json");
    await writeFile(list, JSON.stringify({ resources }));
    const flags = ["--yes", "--skip-preview", "--protect=false", "--generate-code=false"];
    return this.#operate(["import", "--file", list, ...flags], options);
  }

  /** Takes away the lock that a killed run left. */
  async cancel(): Promise<void> {
    await this.#must("cancel", "--yes");
  }

  /** Every other pulumi command, e.g. `stack.command("state", "delete", urn)`. */
  command(...args: string[]): Promise<Run> {
    return this.#run(args, {});
  }

  /** Runs what a job of a pipeline does, in a checkout that has the stack's settings beside the program. */
  async job(
    script: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Pick<Run, "code" | "stdout" | "stderr">> {
    const checkout = path.join(this.#home, "checkout");
    const settings = path.basename(this.#config);
    await rm(checkout, { recursive: true, force: true });
    await mkdir(checkout);
    for (const name of await readdir(this.#project))
      if (name !== settings) await symlink(path.join(this.#project, name), path.join(checkout, name));
    await cp(this.#config, path.join(checkout, settings));
    if (script.includes("pulumi up")) this.#deployed = true;
    const options = { cwd: checkout, env: { ...this.#env, STACK: this.#name, ...env }, maxBuffer: 1 << 28 };
    return new Promise((resolve) => {
      execFile("bash", ["-ec", script], options, (error, stdout, stderr) => {
        const code = exitCode(error);
        if (script.includes("pulumi destroy") && code === 0) this.#deployed = false;
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** The state as stored: secrets are ciphertext. */
  async exportText(): Promise<string> {
    return (await this.#must("stack", "export")).stdout;
  }

  /** What the state holds: from its file, since starting the engine takes half a second. */
  async resources(): Promise<readonly Deployed[]> {
    const stacks = path.join(this.#home, "state/.pulumi/stacks");
    const [project = ""] = await readdir(stacks);
    const state = JSON.parse(await readFile(path.join(stacks, project, `${this.#name}.json`), "utf8"));
    return state.checkpoint.latest?.resources ?? [];
  }

  /** The resource called `name` in state. */
  async resource(name: string): Promise<Deployed> {
    const found = (await this.resources()).find((r) => r.urn.endsWith(`::${name}`));
    if (!found) throw new Error(`expected a resource called ${name} in state`);
    return found;
  }

  async outputs(): Promise<Record<string, unknown>> {
    const { stdout } = await this.#must("stack", "output", "--json", "--show-secrets");
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  async setConfig(key: string, value: string, ...flags: string[]): Promise<void> {
    await this.#must("config", "set", ...flags, key, value);
  }

  /** Sets several, none of them secret, in the stack's file, as people do who do not want to start the engine for it. */
  async setAll(settings: readonly (readonly [key: string, value: string])[]): Promise<void> {
    const file = load(await readFile(this.#config, "utf8")) as { readonly config?: object };
    await writeFile(
      this.#config,
      dump({ ...file, config: { ...file.config, ...Object.fromEntries(settings) } }),
    );
  }

  /** Copies the state so that a test can go back to it. */
  async saveState(to: string): Promise<void> {
    await cp(path.join(this.#home, "state"), path.join(this.#home, to), { recursive: true });
  }

  /** Removes the stack's files, and ends what killed engines left; what it deployed is the test's to destroy. */
  async remove(): Promise<void> {
    await endOrphans(path.join(this.#home, "home"));
    await rm(this.#home, { recursive: true, force: true });
  }

  async #must(...args: string[]): Promise<Run> {
    const run = await this.#run(args, {});
    if (run.code !== 0)
      throw new Error(`pulumi ${args.join(" ")}: exit ${run.code}\n${run.stdout}${run.stderr}`);
    return run;
  }

  async #operate(command: string[], options: Options): Promise<Run> {
    const log = path.join(this.#home, `events-${++this.#runs}.json`);
    const run = await this.#run([...command, "--event-log", log, ...(options.args ?? [])], options);
    const events = await readEvents(log);
    const steps = stepsOf(events);
    const messages = events.flatMap(({ diagnosticEvent }) => diagnosticEvent ?? []);
    return {
      ...run,
      steps,
      changes: steps
        .filter((s) => s.op !== "same" && s.op !== "read")
        .map((s) => `${s.op} ${s.type.split(":").at(-1)} ${s.name}`)
        .sort(),
      messages: messages.map(({ message }) => message),
      errors: messages.filter(({ severity }) => severity === "error").map(({ message }) => message),
    };
  }

  #run(args: readonly string[], options: Options): Promise<Run> {
    const isInit = args[0] === "stack" && args[1] === "init";
    const stack = isInit ? [] : ["-C", this.#project, "--stack", this.#name];
    const all = ["--non-interactive", "--color", "never", ...args, ...stack];
    if (takesConfigFile(args)) all.push("--config-file", this.#config);
    if (args[0] === "up" || args[0] === "import") this.#deployed = true;
    const started = performance.now();
    return new Promise((resolve) => {
      const env = { ...this.#env, ...options.env };
      const { kill } = options;
      const [file = "", ...words] = [...(kill?.group ? ["setsid"] : []), "pulumi", ...all];
      const child = execFile(file, words, { env, maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
        if (timer) clearTimeout(timer);
        const code = exitCode(error);
        const killedBy = error?.signal ?? undefined;
        const seconds = (performance.now() - started) / 1000;
        if (args[0] === "destroy" && code === 0) this.#deployed = false;
        const events = { steps: [], changes: [], messages: [], errors: [] };
        resolve({ code, killedBy, stdout, stderr, seconds, ...events });
      });
      const end = () => (kill?.group ? killGroup(child.pid, kill.signal) : child.kill(kill?.signal));
      const timer = kill && setTimeout(end, kill.afterMs);
    });
  }
}

/** The code that a program ended with, 255 where it ended without one. */
function exitCode(error: ExecFileException | null): number {
  if (error === null) return 0;
  return typeof error.code === "number" ? error.code : 255;
}

function killGroup(leader: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, signal);
  } catch {} // it ended meanwhile
}

function takesConfigFile(args: readonly string[]): boolean {
  return ["up", "preview", "refresh", "destroy", "import", "config"].includes(args[0] ?? "");
}
