import assert from "node:assert/strict";
import { test } from "node:test";
import { provider } from "../../resources/dead-pods.ts";
import { items, node, pod } from "../support/cluster-objects.ts";
import { refusal, sharedKubeApi, told } from "../support/kube-api.ts";

const api = await sharedKubeApi();
const { lines } = told();

const list = "/api/v1/namespaces/edge/pods?labelSelector=edge-registry/stack=edge.dev";
const nodes = (dead: boolean) => ({
  "/api/v1/nodes": items(node("up", "192.0.2.1"), node("dead", "192.0.2.2", !dead)),
});
const inputs = (patienceSeconds = 0) => ({
  ...{ cluster: { kubeconfig: api.kubeconfig }, namespace: "edge", stack: "edge.dev", patienceSeconds },
  namespaceUid: "",
});
const deleted = () => api.asked.filter((one) => one.startsWith("DELETE "));

test("it is made without a question, and where no pod is left it has nothing to do", async () => {
  assert.equal((await provider.create(inputs())).id, "edge/edge.dev");
  assert.deepEqual(api.asked, []);
  api.answers = { ...nodes(true), [list]: items() };
  await provider.delete?.("id", inputs());
  assert.deepEqual([lines(), deleted()], [[], []]);
});

test("pods of nodes that are dead or gone are forgotten; one that may still end by itself is left to", async () => {
  const pods = items(pod("up", { going: true }), pod("dead", { going: true }), pod("gone"), {
    ...pod(""),
    spec: {},
  });
  api.answers = { ...nodes(true), [list]: pods };
  await provider.delete?.("id", inputs());
  assert.deepEqual(deleted(), [
    "DELETE /api/v1/namespaces/edge/pods/pod-on-dead?gracePeriodSeconds=0",
    "DELETE /api/v1/namespaces/edge/pods/pod-on-gone?gracePeriodSeconds=0",
  ]);
  assert.deepEqual(lines().slice(0, 2), [
    "node dead is not Ready: its pod pod-on-dead ends when it is back",
    "node gone is not Ready: its pod pod-on-gone ends when it is back",
  ]);
  assert.match(`${lines()[2]}`, /^pods in edge may not be gone yet: pod pod-on-up still ends\n/);
});

test("a pod that ran to its end is not waited for where its node can take it away", async () => {
  const ended = (name: string) => ({ ...pod(name), status: { phase: "Succeeded" } });
  api.answers = { ...nodes(true), [list]: items(ended("up")) };
  await provider.delete?.("id", inputs());
  assert.deepEqual([lines(), deleted()], [[], []]);
  api.answers = { ...nodes(true), [list]: items(ended("dead")) };
  await provider.delete?.("id", inputs());
  assert.deepEqual(deleted(), ["DELETE /api/v1/namespaces/edge/pods/pod-on-dead?gracePeriodSeconds=0"]);
});

test("a node that is not known to be dead yet is waited for, and told of once", async () => {
  api.answers = { ...nodes(false), [list]: items(pod("dead", { going: true })) };
  const waits = provider.delete?.("id", inputs(60));
  const asked = async (what: RegExp, times: number) => {
    while (api.asked.filter((one) => what.test(one)).length < times)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await asked(/pods\?/, 2);
  assert.deepEqual(deleted(), []);
  api.answers = { ...nodes(true), [list]: items(pod("dead", { going: true })) };
  await asked(/^DELETE/, 2);
  api.answers = { ...nodes(true), [list]: items() };
  await waits;
  assert.deepEqual(lines(), ["node dead is not Ready: its pod pod-on-dead ends when it is back"]);
});

test("a namespace that goes too begins to before its pods are waited for, and no other of its name", async () => {
  api.answers = { ...nodes(true), [list]: items() };
  await provider.delete?.("id", { ...inputs(), namespaceUid: "uid-1" });
  assert.equal(api.asked[0], "DELETE /api/v1/namespaces/edge");
  assert.deepEqual(api.deleted, [{ preconditions: { uid: "uid-1" } }]);
  assert.deepEqual(lines(), []);

  const { namespaceUid: _, ...old } = inputs();
  for (const state of [inputs(), old]) {
    api.asked.length = 0;
    await provider.delete?.("id", state as Parameters<NonNullable<typeof provider.delete>>[1]);
    assert.deepEqual(deleted(), [], "of a namespace that stays, and of one made by an older version");
  }
});

test("a cluster that does not tell stops no destroy", async () => {
  api.answers = { "/api/v1/nodes": refusal(403, "nodes is forbidden") };
  await provider.delete?.("id", inputs());
  assert.deepEqual(lines(), ["pods in edge may not be gone yet: nodes is forbidden"]);
});
