import { createWriteStream } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { kubectl } from "../cluster/api.ts";
import { identityOf } from "../cluster/identity.ts";
import { readRecord } from "../cluster/record.ts";
import type { Progress } from "../terminal/progress.ts";
import { localOk } from "./support/cli.ts";

const name = "e2e";

/** Starts the three nodes that the product's suites share, each with a namespace of its own; the kubeconfig's path. */
export async function sharedCluster(progress: Progress): Promise<string> {
  await localOk(["stop", "--name", name]);
  const start = () => localOk(["start", "--name", name, "--nodes", "3"]);
  const { stdout } = await progress.during("the cluster that suites share", start);
  return stdout.trim();
}

const questions: Readonly<Record<string, readonly string[]>> = {
  "events.txt": ["get", "events", "--all-namespaces", "--sort-by=.lastTimestamp"],
  "objects.txt": ["get", "all,pvc,pv,secrets,configmaps", "--all-namespaces", "--output=wide"],
  "describe.txt": [
    "describe",
    "nodes,pods,deployments,daemonsets,persistentvolumeclaims",
    "--all-namespaces",
  ],
  "pods.log": [
    "logs",
    "--all-containers",
    "--prefix",
    "--ignore-errors",
    "--tail=500",
    "-l",
    "",
    "--all-namespaces",
  ],
};

/** Saves events, descriptions, and the logs of pods and nodes. */
export async function saveDiagnostics(folder: string): Promise<void> {
  const cluster = await readRecord(identityOf(name));
  if (cluster === undefined) return;
  for (const [file, question] of Object.entries(questions)) {
    const text = await kubectl(cluster, question).catch((error) => `${error}`);
    createWriteStream(join(folder, file)).end(text);
  }
  for (const machine of ["control-plane", ...cluster.nodes.map((node) => node.name)]) {
    const logs = join(cluster.directory, "machines", machine, "var/log");
    await cp(logs, join(folder, machine), { recursive: true }).catch(() => undefined);
  }
}
