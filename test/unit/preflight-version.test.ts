/** A cluster that is too old, as it tells its version, before anything is registered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { items, named, node } from "../support/cluster-objects.ts";
import { found, refused } from "../support/preflighted.ts";

const server = (minor: string) => ({ "/version": { major: "1", minor } });
const nodes = (kubeletVersion: string, one: ReturnType<typeof node> = node("node-2", "192.0.2.11")) => ({
  "/api/v1/nodes": items(node("node-1", "192.0.2.10"), {
    ...one,
    status: { ...one.status, nodeInfo: { kubeletVersion } },
  }),
});

test("an API server before 1.31 is refused, also where its provider adds to the number", async () => {
  for (const minor of ["30", "9", "30+"])
    assert.deepEqual(await refused({}, server(minor)), [
      `cluster: expected Kubernetes 1.31 or newer, got v1.${minor}: upgrade its control plane`,
    ]);
  for (const minor of ["31", "31+", "40"]) await found({}, server(minor));
});

test("a node before 1.29 is refused by its name, whatever its distribution adds", async () => {
  assert.deepEqual(await refused({}, nodes("v1.28.15+k3s1")), [
    "cluster: expected Kubernetes 1.29 or newer on each node, got v1.28.15+k3s1 on node-2: upgrade that node",
  ]);
  for (const version of ["v1.29.0", "v1.31.4+k3s1", "v1.33.5-eks-1", ""]) await found({}, nodes(version));
});

test("a node that is dead, or of another system, may be as old as it is: nothing runs there", async () => {
  await found({}, nodes("v1.28.15", node("node-2", "192.0.2.11", false)));
  const windows = named("node-2", { labels: { "kubernetes.io/os": "windows" } });
  await found({}, nodes("v1.28.15", { ...node("node-2", "192.0.2.11"), ...windows }));
});
