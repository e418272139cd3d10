import { createHash } from "node:crypto";
import { existsSync, type FSWatcher, readdirSync, readFileSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClusterClient } from "../../cluster/client.ts";
import { type Executed, exec } from "../../cluster/exec.ts";
import { processesIn } from "../../local/cluster/cgroups.ts";
import { identityOf } from "../../local/cluster/identity.ts";
import { groupOf } from "../../local/cluster/machine.ts";
import { machineDirectory } from "../../local/cluster/record.ts";
import { type RuntimeName, runtimes } from "../../local/cluster/runtimes.ts";
import { eventually } from "../../local/test/support/cli.ts";
import { kubectl } from "./site.ts";

/** Where a node keeps what a runtime trusts. */
const rootOf = (runtime: RuntimeName) => (runtime === "k3s" ? runtimes.k3s.certs : runtimes.containerd.certs);

/**
 * A node of a local cluster and the agent on it, looked at and disturbed from this machine, so that the moment is known
 * to the millisecond and nothing runs on the node but what is tested.
 */
export class TrustingNode {
  readonly name: string;
  /** The folder with the registries' folders, as the node has it. */
  readonly certs: string;
  readonly #directory: string;
  readonly #group: string;
  readonly #namespace: string;

  /** `namespace` is that of the agents' pods. */
  constructor(cluster: string, name: string, runtime: RuntimeName, namespace: string) {
    const identity = identityOf(cluster);
    this.name = name;
    this.certs = rootOf(runtime);
    this.#directory = machineDirectory(identity, name);
    this.#group = groupOf(identity, name);
    this.#namespace = namespace;
  }

  /** A path of the node's /etc or /var, as this machine knows it. */
  at = (path: string): string => join(this.#directory, path);
  read = (path: string): string => readFileSync(this.at(path), "utf8");

  /** All that the agent cares for: the hosts file, the folders and its own, with modes, contents and what is half done. */
  trust(): string {
    const below = existsSync(this.at(this.certs))
      ? readdirSync(this.at(this.certs), { recursive: true, encoding: "utf8" }).sort()
      : ["is missing"];
    const own = existsSync(this.at("/etc/.edge-registry")) ? ["/etc/.edge-registry"] : [];
    return ["/etc/hosts", ...own, ...below.map((name) => join(this.certs, name))]
      .map((path) => `${path} ${this.#fingerprint(path)}`)
      .concat(this.#half().map((name) => `half done: ${name}`))
      .join("\n");
  }

  #fingerprint(path: string): string {
    const status = statSync(this.at(path), { throwIfNoEntry: false });
    const mode = status?.mode.toString(8);
    if (!status?.isFile()) return `${mode}`;
    return `${mode} ${createHash("sha256")
      .update(readFileSync(this.at(path)))
      .digest("hex")
      .slice(0, 12)}`;
  }

  /** What is half done. The lock is a link that leads nowhere. */
  #half(): readonly string[] {
    const folder = this.at("/etc/.edge-registry");
    const there = existsSync(folder) ? readdirSync(folder) : [];
    return ["lock", "work", "hosts.new", "hosts.old"].filter((name) => there.includes(name));
  }

  /** Whether somebody is in the middle of a pass. */
  get locked(): boolean {
    return this.#half().includes("lock");
  }

  /** Waits until something is so; the seconds it took. */
  async until(what: string, isSo: () => boolean, seconds: number): Promise<number> {
    const since = performance.now();
    const waited = () => (performance.now() - since) / 1000;
    for (;;) {
      try {
        if (isSo()) return waited();
      } catch {} // a file that is just being replaced
      if (waited() > seconds)
        throw new Error(`${this.name}: waited ${seconds} s for ${what}, and there is\n${this.trust()}`);
      await sleep(20);
    }
  }

  /** The same, once nothing is half done. */
  async whole(): Promise<string> {
    const isWhole = () => !/half done|\.edge-registry\.new/.test(this.trust());
    await this.until("the agent to have done its work", isWhole, 10);
    return this.trust();
  }

  /** Seconds until all is as it was; ten at the most. */
  mended = (whole: string, seconds = 10): Promise<number> =>
    this.until(`\n${whole}\n`, () => this.trust() === whole, seconds);

  /** The agent's first process, as this machine numbers it, whose death takes the others along. */
  async agent(): Promise<number | undefined> {
    for (const pid of await processesIn(this.#group)) {
      const read = (file: string) => {
        try {
          return readFileSync(`/proc/${pid}/${file}`, "utf8");
        } catch {
          return "";
        }
      };
      const isFirst = /^NSpid:.*\t1$/m.test(read("status"));
      if (isFirst && read("cmdline") === "sh\0/trust/trust.sh\0run\0") return pid;
    }
    return undefined;
  }

  /** Waits until an agent runs: that the kubelet starts it again is not the agent's doing. */
  async runs(): Promise<void> {
    await eventually(`the agent of ${this.name} to run again`, 30, () => this.agent());
  }

  /** The name of the agent's pod. */
  async pod(): Promise<string> {
    const names = await kubectl(
      ...["-n", this.#namespace, "get", "pods", "-l", "app=node-trust", "-o", "name"],
      ...["--field-selector", `spec.nodeName=${this.name}`],
    );
    return names.trim().split("\n").at(-1) ?? "";
  }

  /** How the agent answers what an `up` asks it. */
  async status(): Promise<Executed> {
    const client = new ClusterClient({ kubeconfig: process.env.KUBECONFIG ?? "" });
    const pod = (await this.pod()).replace("pod/", "");
    const target = { namespace: this.#namespace, pod, container: "agent" };
    return exec(client, target, ["sh", "/trust/trust.sh", "status"], 10);
  }

  /** Ends the pod without a word to the agent, and does something before the next one starts. */
  async replaceAgent(between: () => void = () => undefined): Promise<number> {
    const old = await this.agent();
    await kubectl(
      "-n",
      this.#namespace,
      "delete",
      await this.pod(),
      "--force",
      "--grace-period=0",
      "--wait=false",
    );
    const deadline = performance.now() + 20_000;
    let gone = false;
    while (performance.now() < deadline) {
      const now = await this.agent();
      if (!gone && now !== old) {
        gone = true;
        between();
      }
      if (now !== undefined && now !== old) return now;
      await sleep(10);
    }
    throw new Error(`${this.name}: no new agent started within 20 s`);
  }

  /**
   * Puts another agent to work on what was done to the node meanwhile, and kills it so many milliseconds after it has
   * begun; whether it was still at it.
   */
  async killAtWork(disturb: () => void, afterMillis: number): Promise<boolean> {
    const begun = Promise.withResolvers<void>();
    let watcher: FSWatcher | undefined;
    try {
      const pid = await this.replaceAgent(() => {
        disturb();
        watcher = watch(this.at("/etc/.edge-registry"), (_, name) => {
          if (name === "lock") begun.resolve();
        });
      });
      const late = sleep(15_000, undefined, { ref: false }).then(() => {
        throw new Error(`${this.name}: the agent did not begin within 15 s`);
      });
      await Promise.race([begun.promise, late]);
      await sleep(afterMillis);
      process.kill(pid, "SIGKILL");
      return this.locked;
    } finally {
      watcher?.close();
    }
  }
}
