import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { machineAddress } from "../../cluster/addresses.ts";
import { kubectl, nodeStatuses } from "../../cluster/api.ts";
import { identityOf } from "../../cluster/identity.ts";
import { issue, kubeconfig, pkiDirectory } from "../../cluster/pki.ts";
import { type Cluster, readRecord } from "../../cluster/record.ts";
import { run } from "../../machine/run.ts";
import { Progress } from "../../terminal/progress.ts";
import { ensureTool } from "../../toolchain/ensure.ts";
import { goEnvironment, moduleDirectory } from "../../toolchain/go.ts";
import { kwok } from "../../toolchain/tools.ts";
import { eventually } from "../support/cli.ts";

/** How KWOK's own clusters let nodes and pods live. */
const stages = [
  "node/fast/node-initialize",
  "node/heartbeat-with-lease/node-heartbeat-with-lease",
  "pod/fast/pod-ready",
  "pod/fast/pod-complete",
  "pod/fast/pod-delete",
];

/** Any command of any pod is run here, by the `sh` that is first on KWOK's PATH. */
const anyCommand = {
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "ClusterExec",
  metadata: { name: "any" },
  spec: { execs: [{ local: {} }] },
};

/** With its four at a time a thousand leases are not renewed in time on two cores, which have more to do. */
const parallel = {
  apiVersion: "config.kwok.x-k8s.io/v1alpha1",
  kind: "KwokConfiguration",
  options: {
    enableDebuggingHandlers: true, // a configuration turns off what is on without one
    nodeLeaseParallelism: 32,
    nodePlayStageParallelism: 32,
    podPlayStageParallelism: 32,
    podsOnNodeSyncParallelism: 32,
  },
};

const port = 10247;

/**
 * Nodes of a local cluster that are there in its API server alone: KWOK, run by this process, keeps them Ready, says of
 * their pods that they run, and answers for the programs in them.
 */
export class FakeNodes {
  readonly #cluster: Cluster;
  readonly #directory: string;
  readonly #process: ChildProcess;
  #count = 0;

  private constructor(cluster: Cluster, directory: string, child: ChildProcess) {
    this.#cluster = cluster;
    this.#directory = directory;
    this.#process = child;
  }

  /** Starts KWOK; `shell` is what a pod's `sh` does on a fake node. */
  static async start(name: string, shell: string, signal: AbortSignal): Promise<FakeNodes> {
    const entry = await ensureTool(kwok, new Progress(), signal);
    const cluster = await readRecord(identityOf(name));
    if (cluster === undefined) throw new Error(`there is no cluster ${name}`);
    const address = machineAddress(cluster.subnet);
    await issue(cluster, { name: "kwok", subject: "/O=system:masters/CN=kwok", names: `IP:${address}` });
    const directory = await mkdtemp("/tmp/edge-registry-kwok-");
    const file = (path: string) => join(directory, path);
    await mkdir(file("bin"));
    await writeFile(file("bin/sh"), shell);
    await chmod(file("bin/sh"), 0o755);
    await writeFile(file("exec.yaml"), JSON.stringify(anyCommand));
    await writeFile(file("kwok.yaml"), JSON.stringify(parallel));
    await writeFile(file("kubeconfig"), await kubeconfig(cluster, "kwok"));
    const own = [file("kwok.yaml"), file("exec.yaml")];
    const configs = [...own, ...(await stageFiles(signal))].map((path) => `--config=${path}`);
    const pki = (end: string) => join(pkiDirectory(cluster), `kwok.${end}`);
    const log = openSync(file("log"), "w");
    const child = spawn(
      join(entry, "kwok"),
      [
        ...configs,
        ...[
          "--kubeconfig",
          file("kubeconfig"),
          "--manage-nodes-with-annotation-selector",
          "kwok.x-k8s.io/node=fake",
        ],
        ...["--node-ip", address, "--node-port", `${port}`, "--server-address", `${address}:${port}`],
        ...["--tls-cert-file", pki("crt"), "--tls-private-key-file", pki("key")],
        // Renewed after a quarter of it, within the cluster's patience of 50 s.
        ...["--node-lease-duration-seconds", "120", "-v", "WARN"],
      ],
      { env: { ...process.env, PATH: `${file("bin")}:${process.env.PATH}` }, stdio: ["ignore", log, log] },
    );
    return new FakeNodes(cluster, directory, child);
  }

  /** Adds nodes until there are so many, and waits until all are Ready. */
  async growTo(count: number): Promise<void> {
    const further = Array.from({ length: count - this.#count }, (_, at) => fakeNode(this.#count + at + 1));
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: further });
    await kubectl(this.#cluster, ["create", "-f", "-"], list);
    this.#count = count;
    // Not `kubectl wait`, which watches each on its own.
    await eventually(`${count} fake nodes to be Ready`, 120, async () => {
      const ready = (await nodeStatuses(this.#cluster)).filter((node) => node.ready);
      return ready.length > count ? true : undefined;
    });
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    if (this.#process.kill()) await ended;
    await rm(this.#directory, { recursive: true });
  }
}

const fakeNode = (number: number) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: `fake-${number}`,
    labels: { "kubernetes.io/os": "linux", "kubernetes.io/hostname": `fake-${number}` },
    annotations: { "kwok.x-k8s.io/node": "fake" },
  },
  // What has to run really stays on the real node.
  spec: { taints: [{ key: "kwok.x-k8s.io/node", value: "fake", effect: "NoSchedule" }] },
});

async function stageFiles(signal: AbortSignal): Promise<readonly string[]> {
  const options = { cwd: moduleDirectory(kwok.module), env: goEnvironment, signal };
  const module = "sigs.k8s.io/kwok";
  await run("go", ["mod", "download", module], options);
  const folder = (await run("go", ["list", "-m", "-f", "{{.Dir}}", module], options)).trim();
  return stages.map((stage) => join(folder, "kustomize/stage", `${stage}.yaml`));
}
