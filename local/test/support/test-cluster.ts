import assert from "node:assert/strict";
import { identityOf } from "../../cluster/identity.ts";
import { type Cluster, kubeconfigOf, readRecord } from "../../cluster/record.ts";
import { run } from "../../machine/run.ts";
import { eventually, localOk } from "./cli.ts";

/** A cluster that a test started, with shorthands for looking at it. */
export class TestCluster {
  readonly name: string;
  readonly record: Cluster;

  private constructor(name: string, record: Cluster) {
    this.name = name;
    this.record = record;
  }

  /** Starts a cluster. The caller registers its stop before. */
  static async start(name: string, args: readonly string[]): Promise<TestCluster> {
    await localOk(["start", "--name", name, ...args]);
    const record = await readRecord(identityOf(name));
    assert.ok(record, `no record of cluster ${name}`);
    return new TestCluster(name, record);
  }

  /** Runs kubectl. */
  kubectl(...args: readonly string[]): Promise<string> {
    return run(`${this.record.bin}/kubectl`, ["--kubeconfig", kubeconfigOf(this.record), ...args]);
  }

  /** Creates or changes objects. */
  apply(...objects: readonly object[]): Promise<string> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    const args = ["--kubeconfig", kubeconfigOf(this.record), "apply", "-f", "-"];
    return run(`${this.record.bin}/kubectl`, args, { input: list });
  }

  /** Waits as `kubectl rollout status` does. */
  rollout(what: string, seconds: number): Promise<string> {
    return this.kubectl("rollout", "status", what, `--timeout=${seconds}s`);
  }

  /** The names of the nodes that are Ready now. */
  async readyNodes(): Promise<readonly string[]> {
    const condition =
      '{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
    const text = await this.kubectl("get", "nodes", "-o", `jsonpath=${condition}`);
    return text
      .split("\n")
      .filter((line) => line.endsWith("=True"))
      .map((line) => line.slice(0, -"=True".length));
  }

  /** Waits until exactly these nodes are Ready. */
  awaitReady(names: readonly string[], seconds: number): Promise<boolean> {
    return eventually(`the Ready nodes to be ${names.join(", ")}`, seconds, async () => {
      const ready = await this.readyNodes();
      if (ready.length === names.length && names.every((name) => ready.includes(name))) return true;
      throw new Error(`they are ${ready.join(", ")}`);
    });
  }
}
