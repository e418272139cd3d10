import { basename, dirname } from "node:path";
import { identityOf } from "../../local/cluster/identity.ts";
import { initOf, inside } from "../../local/cluster/machine.ts";
import { readRecord } from "../../local/cluster/record.ts";
import { run } from "../../local/machine/run.ts";
import { localOk } from "../../local/test/support/cli.ts";
import { kubectl } from "./site.ts";

/** The local cluster that $KUBECONFIG leads to. */
export const clusterName = () => basename(dirname(process.env.KUBECONFIG ?? ""));

/** Runs a shell line on a node of it, or in its control plane. */
export async function onNode(node: string, line: string): Promise<string> {
  const record = await readRecord(identityOf(clusterName()));
  const pid = record && (await initOf(record, node));
  if (pid === undefined) throw new Error(`${node} of ${clusterName()} is off`);
  return run(...inside(pid, "sh", "-c", line));
}

/** All that a registry might touch on a node: each file and folder with its mode, and the files' contents. */
export function trustOn(node: string): Promise<string> {
  return onNode(
    node,
    "ls -A /etc; find /etc/containerd /etc/hosts -printf '%y %m %u %p\\n' | sort; find /etc/containerd /etc/hosts -type f | sort | xargs sha256sum",
  );
}

/** The same of each of them, by its name. */
export async function trustOnEach(nodes: readonly string[]): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(
    await Promise.all(nodes.map(async (node) => [node, await trustOn(node)] as const)),
  );
}

/** Cuts a node's power, or gives it back. */
export async function power(switched: "on" | "off", node: string): Promise<void> {
  await localOk([switched, node, "--name", clusterName()]);
}

/** Whether a node is Ready; undefined where it is not, or not there, for one who asks again. */
export async function isReady(node: string): Promise<true | undefined> {
  const ready = '{.status.conditions[?(@.type=="Ready")].status}';
  return (await kubectl("get", "node", node, "-o", `jsonpath=${ready}`)) === "True" ? true : undefined;
}
