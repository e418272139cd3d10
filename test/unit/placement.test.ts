import assert from "node:assert/strict";
import { test } from "node:test";
import { goMemoryLimit, openFiles, uploadsAtOnce } from "../../render/memory.ts";
import { hostPort, labelsOf, nodesNamespace } from "../../render/names.ts";
import { pinnedTo } from "../../render/placement.ts";
import { registryNames, storeNames } from "../../stacks/names.ts";
import { least, meant, storeIn } from "../support/example-settings.ts";

test("a pod is pinned by its node's name, and by nothing where none is known", () => {
  const term = { matchFields: [{ key: "metadata.name", operator: "In", values: ["node-1"] }] };
  const { affinity, tolerations } = pinnedTo("node-1") as ReturnType<typeof pinnedTo> & { affinity?: object };
  assert.deepEqual(affinity, {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } },
  });
  assert.deepEqual(pinnedTo(undefined), { tolerations });
  assert.ok(tolerations.every(({ effect }) => effect === "NoSchedule"));
});

test("a Go program's heap stays below its container's limit", () => {
  assert.equal(goMemoryLimit("96Mi"), "64MiB");
  assert.equal(goMemoryLimit("256Mi"), "170MiB");
  assert.equal(goMemoryLimit("1G"), "635MiB");
  assert.equal(goMemoryLimit("1.5Gi"), "1024MiB");
});

test("a registry takes as many uploads at once as its memory has room for, and one at least", () => {
  assert.deepEqual(["64Mi", "256Mi", "512Mi"].map(uploadsAtOnce), [1, 16, 39]);
});

test("a gateway opens as many files as its memory has room for, and enough to serve at least", () => {
  assert.deepEqual(["64Mi", "96Mi", "192Mi", "1Gi"].map(openFiles), [256, 1024, 3754, 27420]);
});

test("an IPv6 address stands in brackets before its port", () => {
  assert.equal(hostPort("registry.example", 5045), "registry.example:5045");
  assert.equal(hostPort("192.0.2.10", 5045), "192.0.2.10:5045");
  assert.equal(hostPort("2001:db8::1", 5045), "[2001:db8::1]:5045");
});

test("labels tell the part, the stack and the manager", () => {
  const labels = labelsOf("registry", "edge-registry.dev");
  assert.equal(labels.app, "registry");
  assert.equal(labels["edge-registry/stack"], "edge-registry.dev");
  assert.equal(nodesNamespace("edge"), "edge-nodes");
});

test("certificates are for all that the registry and the store are called, each name once", () => {
  const service = (name: string) => [
    name,
    `${name}.edge`,
    `${name}.edge.svc`,
    `${name}.edge.svc.cluster.local`,
  ];
  const settings = meant({ ...least, host: "registry.example", namespace: "edge" });
  assert.deepEqual(registryNames(settings, ["registry.example", "192.0.2.7"]), {
    dnsNames: ["registry.example", "localhost", ...service("registry")],
    ipAddresses: ["192.0.2.10", "192.0.2.7", "127.0.0.1", "::1"],
  });
  assert.deepEqual(storeNames(storeIn(settings), settings), {
    dnsNames: ["localhost", ...service("object-store")],
    ipAddresses: ["192.0.2.10", "127.0.0.1", "::1"],
  });
  const reached = meant({ ...least, storage: { reachAt: "store.example:5046" } });
  assert.ok(storeNames(storeIn(reached), reached).dnsNames.includes("store.example"));
  const sixth = meant({ ...least, nodeAddress: "2001:db8::1" });
  assert.deepEqual(registryNames(sixth, []).ipAddresses, ["2001:db8::1", "127.0.0.1", "::1"]);
});
