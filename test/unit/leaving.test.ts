import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Distribution } from "../../cluster/distribution.ts";
import { removalByHand } from "../../render/removal-by-hand.ts";
import { provider as binding } from "../../resources/cluster-binding.ts";
import { provider as guard } from "../../resources/cluster-guard.ts";
import { provider as departure } from "../../resources/departure.ts";
import { items, named, node, pod } from "../support/cluster-objects.ts";
import { type Answers, sharedKubeApi } from "../support/kube-api.ts";

const api = await sharedKubeApi();

const there = () => ({ cluster: { kubeconfig: api.kubeconfig }, namespace: "edge" });
const pods = (...list: readonly object[]): Answers => ({
  "/api/v1/namespaces/edge/pods?labelSelector=app=agent": items(...list),
});

const nodes = {
  "/api/v1/nodes": items(
    { ...node("node-1", "192.0.2.1"), ...named("node-1", { labels: { "microk8s.io/cluster": "true" } }) },
    { ...node("node-2", "192.0.2.2"), ...named("node-2", { annotations: { "k3s.io/node-args": "[]" } }) },
    node("dead", "192.0.2.3", false),
    { ...node("win", "192.0.2.4"), ...named("win", { labels: { "kubernetes.io/os": "windows" } }) },
  ),
};

test("a stack stays on the cluster that it was first deployed on", async () => {
  const first = { uid: "uid-1", server: "https://one" };
  const second = { uid: "uid-2", server: "https://two" };
  assert.deepEqual(await binding.check?.(first, { ...first, server: "https://moved" }), []);
  assert.deepEqual(await binding.check?.({}, first), []);
  assert.deepEqual(await binding.check?.(first, { server: "a cluster that did not answer" }), []);
  assert.deepEqual(await binding.check?.(first, second), [
    {
      property: "cluster",
      reason:
        "this stack is deployed on the cluster with id uid-1 (https://one), but https://two is the one with id uid-2: choose the right one with edge-registry:cluster or KUBECONFIG; nothing was changed",
    },
  ]);
  const unasked = { server: "a cluster that did not answer" };
  assert.deepEqual(await binding.diff?.(first, unasked), { changes: false });
  assert.deepEqual(await binding.diff?.(unasked, first), { changes: true });
});

test("a destroy goes on only on the stack's own cluster", async () => {
  api.answers = { "/api/v1/namespaces/kube-system": named("kube-system", { uid: "uid-1" }) };
  const { cluster } = there();
  await guard.delete?.("uid-1", { uid: "uid-1", cluster });
  const wrong = `this stack is deployed on the cluster with id uid-2, but ${api.server} is the one with id uid-1: choose the right one with KUBECONFIG; nothing was deleted`;
  await assert.rejects(async () => guard.delete?.("uid-2", { uid: "uid-2", cluster }), { message: wrong });
});

test("an agent leaves each node, and nodes that it could not leave are told with what to run there", async (t) => {
  const said = mock.method(console, "error", () => undefined);
  t.after(() => said.mock.restore());
  const lines = () => said.mock.calls.map(({ arguments: [line] }) => line);
  const inputs = { ...there(), daemonSet: "agent", container: "c", command: ["leave"], owner: "p.s" };
  const left = () => departure.delete?.("id", inputs);
  const run = (distribution: Distribution) =>
    `on that node run as root: ${removalByHand("p.s", distribution)}`;
  const going = { ...pod("node-1", { going: true }), ...named("pod-that-ends", { deletionTimestamp: "x" }) };
  api.answers = { ...nodes, ...pods(going, pod("node-1")) };
  api.exec = () => ({ ok: true, says: "" });
  await left();
  assert.deepEqual(
    api.asked.filter((one) => one.startsWith("EXEC")),
    ["EXEC /api/v1/namespaces/edge/pods/pod-on-node-1/exec"],
  );
  assert.deepEqual(lines(), [
    `node node-2 was not cleaned: no agent runs on it; ${run("rancher")}`,
    `node dead was not cleaned: it is not Ready; ${run("other")}`,
  ]);
  api.exec = () => ({ ok: false, says: "read-only file system\n" });
  await assert.rejects(async () => left(), {
    message: "node-1: see above; run this again when it is mended",
  });
  assert.ok(lines().includes(`node node-1 was not cleaned: read-only file system; ${run("microk8s")}`));
  said.mock.resetCalls();
  api.exec = () => undefined;
  await left();
  assert.match(
    `${lines()}`,
    /node node-1 was not cleaned: .*pod-on-node-1/,
    "a node that is just dying fails nothing",
  );
});
