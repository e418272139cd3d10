import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identityOf } from "../../local/cluster/identity.ts";
import { issue, kubeconfig } from "../../local/cluster/pki.ts";
import { readRecord } from "../../local/cluster/record.ts";
import { run } from "../../local/machine/run.ts";
import { FakeNodes } from "../../local/test/bench/fake-nodes.ts";
import { figure } from "../../local/test/bench/figure.ts";
import { type Run, succeeded } from "../../local/test/support/engine.ts";
import { Containers, type Part } from "../support/containers.ts";
import { clusterName, onNode } from "../support/nodes.ts";
import { kubectl, nodeAddresses, Site } from "../support/site.ts";

/** What an agent answers on a fake node: that it trusts, and that it has left. */
const agent = '#!/bin/sh\n[ "$2" != status ] || echo "trusts, as a fake node may say"\n';

/** The engine as a user of its own, whose requests the API server counts. */
const user = "bench";
const toAll = { resources: ["*"], verbs: ["*"], apiGroups: ["*"], namespaces: ["*"], clusterScope: true };
const counting = [
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: user },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
  },
  {
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    kind: "FlowSchema",
    metadata: { name: user },
    spec: {
      priorityLevelConfiguration: { name: "exempt" },
      matchingPrecedence: 2,
      rules: [
        {
          subjects: [{ kind: "User", user: { name: user } }],
          resourceRules: [toAll],
          nonResourceRules: [{ nonResourceURLs: ["*"], verbs: ["*"] }],
        },
      ],
    },
  },
];

/**
 * What more nodes cost, on the cluster of one real node in $KUBECONFIG and up to so many fake ones beside it. Real are the
 * engine, the API server, the scheduler, the controllers, and each question to each agent through the API server; not
 * real are the containers on the fake nodes, which run at once, and their agents, which answer at once.
 */
export async function scaleFigures(most: number, signal: AbortSignal): Promise<void> {
  const [node = "", address = ""] = Object.entries(await nodeAddresses())[0] ?? [];
  const fakes = await FakeNodes.start(clusterName(), agent, signal);
  const site = await Site.create("bench-scale", { nodeAddress: address, keepImages: "false" });
  try {
    await run("kubectl", ["apply", "-f", "-"], {
      input: JSON.stringify({ apiVersion: "v1", kind: "List", items: counting }),
    });
    await site.set({ cluster: { kubeconfig: await ownKubeconfig(site.stack.directory) } });
    for (const size of [...new Set([1, 100, 1000, most])].filter((one) => one <= most)) {
      signal.throwIfAborted();
      await fakes.growTo(size);
      const tell = (what: string, value: number, unit: string) =>
        figure(`${size} fake node(s): ${what}`, [value], unit, "-");
      const measured = async (what: string, ...words: readonly string[]) => {
        const before = await requests();
        const { seconds } = await asPeople(site, ...words);
        tell(what, seconds, "s");
        tell("  requests to the API server", (await requests()) - before, "");
      };
      await measured("up", "up", "--yes", "--skip-preview");
      await measured("preview without a change", "preview");
      tell("registry, gateway and store together", await memory(node), "MiB");
      await measured("destroy", "destroy", "--yes", "--skip-preview");
    }
  } finally {
    await site.end();
    await fakes.stop();
  }
}

const asPeople = async (site: Site, ...words: readonly string[]): Promise<Run> =>
  succeeded(await site.stack.command(...words));

async function ownKubeconfig(directory: string): Promise<string> {
  const cluster = await readRecord(identityOf(clusterName()));
  if (cluster === undefined) throw new Error("there is no such cluster");
  await issue(cluster, { name: user, subject: `/CN=${user}`, names: `DNS:${user}` });
  const path = join(directory, "kubeconfig");
  await writeFile(path, await kubeconfig(cluster, user), { mode: 0o600 });
  return path;
}

/** How many requests the engine and its plugins have made; questions to pods are no flow's, and only they ask them. */
async function requests(): Promise<number> {
  const metrics = await kubectl("get", "--raw", "/metrics");
  const sum = (pattern: RegExp) =>
    [...metrics.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  return (
    sum(/^apiserver_flowcontrol_dispatched_requests_total\{flow_schema="bench",.*\} (\S+)$/gm) +
    sum(/^apiserver_request_total\{.*resource="pods",.*subresource="exec",.*\} (\S+)$/gm)
  );
}

/** What the containers of the stack have of the real node's memory, in MiB. */
async function memory(node: string): Promise<number> {
  const containers = new Containers(node, "edge-registry");
  const each = (["registry", "gateway", "server"] satisfies Part[]).map(async (part) => {
    const status = await onNode(node, `cat /proc/${await containers.processOf(part)}/status`);
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
  });
  return (await Promise.all(each)).reduce((sum, size) => sum + size, 0);
}
