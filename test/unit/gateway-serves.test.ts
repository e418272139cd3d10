import assert from "node:assert/strict";
import { test } from "node:test";
import { servedAnnotation } from "../../render/names.ts";
import { provider } from "../../resources/gateway-serves.ts";
import { items, named, pod } from "../support/cluster-objects.ts";
import { sharedKubeApi } from "../support/kube-api.ts";

const api = await sharedKubeApi();
const pods = "/api/v1/namespaces/edge/pods?labelSelector=app=registry";
const digest = "d1";
const inputs = () => ({
  ...{ cluster: { kubeconfig: api.kubeconfig }, namespace: "edge", app: "registry", container: "gateway" },
  ...{ folder: "/tmp", digest, authority: "CA", patienceSeconds: 0 },
});
const asked = () =>
  provider.create(inputs()).then(
    ({ id }) => id,
    ({ message }: Error) => message,
  );

test("a gateway that runs with its new text is waited for no longer, and its authority is noted", async () => {
  api.answers = { [pods]: items(pod("node-1")) };
  api.exec = () => ({ ok: true, says: `serves ${digest}  /etc/caddy.json\n` });
  assert.equal(await asked(), "edge/registry");
  assert.deepEqual(
    api.asked.filter((one) => one.startsWith("PATCH")),
    ["PATCH /apis/apps/v1/namespaces/edge/deployments/registry"],
  );
  assert.deepEqual(api.patched.at(-1), { metadata: { annotations: { [servedAnnotation]: "CA" } } });
});

test("one that does not yet is told, and its kubelet is made to look, not all the time", async () => {
  api.answers = { [pods]: items(pod("node-1")) };
  api.exec = () => ({ ok: true, says: "serves d0  /etc/caddy.json\nrefused d2  /etc/caddy.json\n" });
  assert.equal(await asked(), "pod-on-node-1 does not run with its new configuration yet");
  assert.deepEqual(
    api.asked.filter((one) => one.startsWith("PATCH")),
    ["PATCH /api/v1/namespaces/edge/pods/pod-on-node-1"],
  );
  const looked = { annotations: { "edge-registry/looked": new Date().toISOString() } };
  api.asked.length = 0;
  api.answers = { [pods]: items({ ...pod("node-1"), ...named("pod-on-node-1", looked) }) };
  await asked();
  assert.ok(!api.asked.some((one) => one.startsWith("PATCH")));
  const ahead = { annotations: { "edge-registry/looked": "2999-01-01T00:00:00Z" } };
  api.answers = { [pods]: items({ ...pod("node-1"), ...named("pod-on-node-1", ahead) }) };
  await asked();
  assert.ok(
    api.asked.some((one) => one.startsWith("PATCH")),
    "noted by a clock that was wrong",
  );
});

test("one that refuses its text fails, with where to read why", async () => {
  api.answers = { [pods]: items(pod("node-1")) };
  api.exec = () => ({ ok: true, says: `serves d0  /etc/caddy.json\nrefused ${digest}  /etc/caddy.json\n` });
  assert.equal(
    await asked(),
    "pod-on-node-1 does not take its new configuration: kubectl logs -n edge pod-on-node-1 -c gateway says why",
  );
});

test("pods that are not ready or go are not asked, and one has to be there; silence is told", async () => {
  api.answers = { [pods]: items(pod("node-1", { ready: false }), pod("node-2", { going: true })) };
  api.exec = () => assert.fail("asked");
  assert.equal(await asked(), "registry has no pod that is ready");
  api.answers = { [pods]: items(pod("node-1")) };
  api.exec = () => undefined;
  assert.match(await asked(), /^pod-on-node-1 cannot be asked: /);
});

test("another text, namespace or authority is waited for, another address of the cluster is not", async () => {
  const changes = async (change: object) =>
    (await provider.diff?.(inputs(), { ...inputs(), ...change }))?.changes;
  for (const change of [{ digest: "d2" }, { namespace: "other" }, { authority: "CB" }])
    assert.equal(await changes(change), true, JSON.stringify(change));
  assert.equal(await changes({ cluster: {}, patienceSeconds: 9 }), false);
});
