import assert from "node:assert/strict";
import { test } from "node:test";
import { distributionOf } from "../../cluster/distribution.ts";
import type { Node } from "../../cluster/rollout-state.ts";
import { hostFolders } from "../../stacks/preflight/host-folders.ts";
import { named } from "../support/cluster-objects.ts";

const node = (kubeletVersion: string, metadata: object = {}): Node => ({
  ...named("node", metadata),
  status: { nodeInfo: { kubeletVersion } },
});
const nodes = {
  k3s: node("v1.34.1+k3s1"),
  rke2: node("v1.34.1+rke2r1"),
  annotated: node("v1.34.1", { annotations: { "k3s.io/node-args": "[]" } }),
  microk8s: node("v1.34.1", { labels: { "microk8s.io/cluster": "true" } }),
  k0s: node("v1.34.1+k0s.0"),
  plain: node("v1.34.1", {
    annotations: { "example.com/k3s.io": "" },
    labels: { "kubernetes.io/os": "linux" },
  }),
  silent: { ...named("node"), status: {} },
};

test("a node is told by its version, its annotations and its labels", () => {
  const found = Object.entries(nodes).map(([name, one]) => [name, distributionOf(one)]);
  assert.deepEqual(Object.fromEntries(found), {
    ...{ k3s: "rancher", rke2: "rancher", annotated: "rancher", microk8s: "microk8s", k0s: "k0s" },
    ...{ plain: "other", silent: "other" },
  });
});

test("an agent gets /etc, and beyond it only what the cluster's own distribution uses", () => {
  assert.deepEqual(hostFolders([]), ["/etc"]);
  assert.deepEqual(hostFolders([nodes.plain, nodes.k0s, nodes.silent]), ["/etc"]);
  assert.deepEqual(hostFolders([nodes.plain, nodes.k3s, nodes.rke2]), ["/etc", "/var/lib/rancher"]);
  assert.deepEqual(hostFolders([nodes.microk8s]), ["/etc", "/var/snap/microk8s"]);
});
