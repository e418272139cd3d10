import assert from "node:assert/strict";
import { test } from "node:test";
import { provider } from "../../resources/pods-gone.ts";
import { items, named, node, pod } from "../support/cluster-objects.ts";
import { refusal, sharedKubeApi, told } from "../support/kube-api.ts";

const api = await sharedKubeApi();
const { lines, forget } = told();

const pods = "/api/v1/namespaces/edge/pods?labelSelector=app=store";
const deployment = "/apis/apps/v1/namespaces/edge/deployments/store";
const nodes = { "/api/v1/nodes": items(node("up", "192.0.2.1"), node("dead", "192.0.2.2", false)) };
const inputs = (patienceSeconds = 0) => ({
  cluster: { kubeconfig: api.kubeconfig },
  namespace: "edge",
  app: "store",
  patienceSeconds,
  namespaceGoes: false,
  drainSeconds: 0,
});
const left = async (...ending: readonly object[]) => {
  forget();
  api.answers = { ...nodes, [pods]: items(...ending), ...api.answers };
  await provider.delete?.("id", inputs());
  return lines();
};

test("it is made once no Deployment goes that the next one would be; one that stays is taken over", async () => {
  api.answers = { [deployment]: named("store") };
  assert.equal((await provider.create(inputs())).id, "edge/store");
  api.answers = { [deployment]: named("store", { deletionTimestamp: "2026-01-01T00:00:00Z" }) };
  await assert.rejects(provider.create(inputs()), { message: "Deployment edge/store still goes" });
  api.asked.length = 0;
  const made = provider.create(inputs(60));
  while (api.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  api.answers = {};
  assert.equal((await made).id, "edge/store");
});

test("nothing is left once neither pods nor the Deployment are there", async () => {
  api.answers = {};
  assert.deepEqual(await left(), []);
  api.answers = { [deployment]: named("store") };
  assert.deepEqual(await left(), ["edge/store may not be gone yet: the Deployment is still there"]);
});

test("a pod that ends is told, not one of a node that is not Ready, which holds the Deployment too", async () => {
  const unbound = { ...pod(""), spec: {} };
  api.answers = { [deployment]: named("store") };
  assert.deepEqual(await left(pod("up", { going: true }), pod("dead"), unbound), [
    "edge/store may not be gone yet: its pod pod-on-up still ends\nits pod pod-on- still ends",
  ]);
  api.answers = { [deployment]: named("store") };
  assert.deepEqual(await left(pod("dead", { going: true })), []);
});

test("it waits until the last pod has ended", async () => {
  api.answers = { ...nodes, [pods]: items(pod("up", { going: true })) };
  const waits = provider.delete?.("id", inputs(60));
  while (api.asked.filter((one) => one.endsWith(pods)).length < 2)
    await new Promise((resolve) => setTimeout(resolve, 20));
  api.answers = { ...nodes, [pods]: items() };
  await waits;
  assert.deepEqual(lines(), []);
});

test("where the namespace goes too, nothing is asked and nothing waited for", async () => {
  api.answers = { ...nodes, [pods]: items(pod("up", { going: true })) };
  await provider.delete?.("id", { ...inputs(60), namespaceGoes: true });
  assert.deepEqual([api.asked, lines()], [[], []]);
});

test("but that pods which serve for a while yet have almost ended", async () => {
  const since = performance.now();
  await provider.delete?.("id", { ...inputs(60), namespaceGoes: true, drainSeconds: 3 });
  const waited = performance.now() - since;
  assert.ok(waited > 990 && waited < 2500, `${waited}`);
});

test("a cluster that does not tell stops no destroy", async () => {
  api.answers = { "/api/v1/nodes": refusal(403, "nodes is forbidden") };
  assert.deepEqual(await left(), ["edge/store may not be gone yet: nodes is forbidden"]);
  forget();
  await provider.delete?.("id", { ...inputs(), cluster: { kubeconfig: "/nonexistent/kubeconfig" } });
  assert.match(`${lines()}`, /kubeconfig \/nonexistent\/kubeconfig cannot be read/);
});
