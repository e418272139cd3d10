import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterClient } from "../../cluster/client.ts";
import { understood, viewNodes } from "../../commands/node-trust-view.ts";
import { nodesTable } from "../../commands/nodes.ts";
import { items, named, node, pod } from "../support/cluster-objects.ts";
import { sharedKubeApi } from "../support/kube-api.ts";
import { authority } from "../support/mocks.ts";

const api = await sharedKubeApi();

const running = (name: string, runtime: string, isReady = true) => {
  const made = node(name, "192.0.2.1", isReady);
  return { ...made, status: { ...made.status, nodeInfo: { containerRuntimeVersion: runtime } } };
};
const agent = (name: string, is: object = {}) => {
  const made = pod(name, is);
  return { ...made, metadata: { ...made.metadata, namespace: "edge-nodes" } };
};
const said: Readonly<Record<string, string>> = {
  "pod-on-node-1": `runtime containerd\nsince 2026-03-04T05:06:07Z\n${authority.certificate}`,
  "pod-on-node-2": `runtime k3s\nsince 2026-03-04T05:06:07Z\nnote /x is old: remove it\n${authority.certificate}`,
  "pod-on-node-10": "runtime containerd\ncannot /etc/containerd/config.toml sets no config_path: set it\n",
};

test("a table shows each node's runtime, whether it trusts, why not, its authority and since when", async () => {
  const nodes = [
    running("node-10", "containerd://1.7.20"),
    running("node-1", "containerd://2.2.7"),
    running("node-2", "containerd://2.1.5-k3s1"),
    running("node-3", "cri-o://1.34.1", false),
    running("node-4", "docker://28.1.1"),
    running("node-5", "docker://28.1.1"),
    {
      ...running("win", "containerd://2.2.7"),
      ...named("win", { labels: { "kubernetes.io/os": "windows" } }),
    },
  ];
  const pods = ["node-10", "node-1", "node-2", "node-4"].map((name) => agent(name));
  const going = agent("node-5", { going: true });
  api.answers = {
    "/api/v1/nodes": items(...nodes),
    "/api/v1/pods?labelSelector=app=node-trust": items(going, ...pods),
  };
  const asked: (readonly string[])[] = [];
  api.exec = (name, command) => {
    asked.push(command);
    const says = said[name];
    return says === undefined ? undefined : { ok: true, says };
  };
  const text = nodesTable(await viewNodes(new ClusterClient({ kubeconfig: api.kubeconfig })));
  const short = /\(?([0-9a-f]{8})\)?/.exec(text)?.[1] ?? "none";
  assert.deepEqual(text.replaceAll(short, "f1n9e4p4").split("\n"), [
    "NODE     RUNTIME                     TRUSTS   AUTHORITY  SINCE",
    "node-1   containerd 2.2.7            yes      f1n9e4p4   2026-03-04 05:06 UTC",
    "node-2   k3s, containerd 2.1.5-k3s1  yes      f1n9e4p4   2026-03-04 05:06 UTC",
    "  /x is old: remove it",
    "node-3   cri-o 1.34.1                unknown  -          -",
    "  it is not Ready",
    "node-4   docker 28.1.1               unknown  -          -",
    "  cannot run a command in pod-on-node-4: Unexpected server response: 502",
    "node-5   docker 28.1.1               unknown  -          -",
    "  no agent runs on it",
    "node-10  containerd 1.7.20           no       -          -",
    "  /etc/containerd/config.toml sets no config_path: set it",
    "2 of 6 nodes trust the registry",
  ]);
  assert.ok(asked.some((command) => command.join(" ") === "sh /trust/trust.sh view containerd://2.1.5-k3s1"));
});

test("an authority of this registry's own is told by its generation", () => {
  const { authority: both } = understood(`since x\n${authority.certificate}${authority.certificate}`, "");
  assert.match(both, /^[0-9a-f]{8} and [0-9a-f]{8}$/);
  assert.equal(understood("", "").trusts, "unknown");
  assert.deepEqual(understood("sh: not found\n", "").remarks, ["sh: not found"]);
});

test("a cluster without agents is no table", async () => {
  const client = new ClusterClient({ kubeconfig: api.kubeconfig });
  await assert.rejects(viewNodes(client), /no agent of a registry is on this cluster/);
  await assert.rejects(viewNodes(client, "edge-nodes"), /no agent of a registry is in edge-nodes/);
});
