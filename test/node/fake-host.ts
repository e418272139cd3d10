import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, type TestContext } from "node:test";
import { type TrustWishes, trustFiles } from "../../render/trust-files.ts";

export const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`;
export const goodConfig =
  'version = 3\n[plugins."io.containerd.cri.v1.images".registry]\nconfig_path = "/etc/containerd/certs.d"\n';
export const certs = "/etc/containerd/certs.d";
export const line = (owner = "edge/dev") => `10.0.0.1 reg.local # edge-registry ${owner}`;

const applets = mkdtempSync(join(tmpdir(), "trust-busybox-"));
execFileSync("busybox", ["--install", "-s", applets]);
after(() => rmSync(applets, { recursive: true }));

export interface Outcome {
  readonly code: number | null;
  readonly text: string;
}

/** A host's folders and an agent's, in one temporary root. Agents that share a host have their own trust and state. */
export class FakeHost {
  readonly root: string;
  readonly wishes: TrustWishes;

  constructor(
    wishes: Partial<TrustWishes> = {},
    shared?: FakeHost,
    root = mkdtempSync(join(tmpdir(), "trust-")),
  ) {
    this.root = root;
    this.wishes = {
      owner: "edge/dev",
      registries: ["reg.local:5045", "[fd00::1]:5045"],
      hosts: { address: "10.0.0.1", name: "reg.local" },
      bundle: pem("one"),
      ...wishes,
    };
    mkdirSync(join(root, "state"));
    if (shared) execFileSync("ln", ["-s", join(shared.root, "host"), join(root, "host")]);
    else {
      this.write("/etc/containerd/config.toml", goodConfig);
      this.write("/etc/hosts", "127.0.0.1 localhost\n");
    }
    this.wish();
    // At the file's end where no test is the current one.
    after(() => this.end());
  }

  /** Gives back its room, where many are made in one test. */
  end(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Fills the ConfigMap anew. */
  wish(change: Partial<TrustWishes> = {}): void {
    mkdirSync(join(this.root, "trust"), { recursive: true });
    for (const [name, text] of Object.entries(trustFiles({ ...this.wishes, ...change })))
      writeFileSync(join(this.root, "trust", name), text);
  }

  at(path: string): string {
    return join(this.root, "host", path);
  }

  read(path: string): string {
    return readFileSync(this.at(path), "latin1");
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text, "latin1");
    chmodSync(this.at(path), mode);
  }

  /** Also while an agent puts files there. */
  remove(path: string): void {
    rmSync(this.at(path), { recursive: true, maxRetries: 10, retryDelay: 20 });
  }

  /** Each path of the host with all that a change would show in. */
  tree(): Record<string, string> {
    const paths = readdirSync(this.at("/"), { recursive: true, encoding: "utf8" }).sort();
    return Object.fromEntries(paths.map((path) => [path, this.#look(this.at(path))]));
  }

  #look(path: string): string {
    const { mode, mtimeMs, ino, uid } = lstatSync(path);
    const how = `${(mode & 0o7777).toString(8)} ${uid}`;
    if (lstatSync(path).isSymbolicLink()) return `link ${readlinkSync(path)} ${mtimeMs}`;
    return lstatSync(path).isDirectory() ? how : `${how} ${mtimeMs} ${ino} ${readFileSync(path, "latin1")}`;
  }

  /** The command line of the agent, with nothing but busybox on its path. */
  command(
    ...args: readonly string[]
  ): readonly [
    string,
    readonly string[],
    { readonly env: { readonly ROOT: string; readonly PATH: string } },
  ] {
    return [
      join(applets, "sh"),
      [join(this.root, "trust/trust.sh"), ...args],
      { env: { ROOT: this.root, PATH: applets } },
    ];
  }

  agent(...args: readonly string[]): Outcome {
    const [file, words, options] = this.command(...args);
    const { status, stdout, stderr } = spawnSync(file, words, { ...options, encoding: "latin1" });
    return { code: status, text: stdout + stderr };
  }

  /** Why the node does not trust, as the loop's probe reads it; an empty line where it does. */
  reason(): string {
    const file = join(this.root, "state/reason");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** The loop, as the container's first process; it is gone at the test's end. */
  run(t: TestContext): ChildProcess {
    const [file, words, options] = this.command("run");
    const child = spawn(file, words, { ...options, stdio: "ignore" });
    t.after(() => child.kill("SIGKILL"));
    return child;
  }
}
