import assert from "node:assert/strict";
import { test } from "node:test";
import { provider } from "../../resources/image-pushed.ts";
import { items, pod } from "../support/cluster-objects.ts";
import { FakeRegistry } from "../support/fake-registry.ts";
import { refusal, sharedKubeApi } from "../support/kube-api.ts";

const api = await sharedKubeApi();
const registry = await FakeRegistry.shared();

const pods = "/api/v1/namespaces/edge/pods?labelSelector=app=registry";
const inputs = () => ({
  ...{ cluster: { kubeconfig: api.kubeconfig }, namespace: "edge", app: "registry", container: "gateway" },
  ...{ port: 5045, host: "127.0.0.1:5045", caCertificate: registry.caCertificate },
  ...{ user: "ci", password: "secret", repository: "edge/proof", revision: "r1", patienceSeconds: 0 },
});
const pushed = (more: object = {}) =>
  provider.create({ ...inputs(), ...more }).then(
    ({ id }) => id,
    (error: Error) => error.message,
  );
const cannot = (why: string) => `the proof's image cannot be pushed from inside the cluster: ${why}`;

test("the image goes through the API server to a pod that is ready, and by its nc to the gateway", async () => {
  const going = pod("node-1", { going: true });
  api.answers = { [pods]: items(going, pod("node-2", { ready: false }), pod("node-3")) };
  const asked: unknown[] = [];
  api.exec = (name, command) => {
    asked.push([name, ...command]);
    return { ok: true, says: "", talksTo: registry.port };
  };
  assert.equal(await pushed(), "edge/proof");
  assert.deepEqual(asked, [["pod-on-node-3", "nc", "127.0.0.1", "5045"]]);
  assert.ok([...registry.put.keys()].at(-1)?.startsWith("/v2/edge/proof/manifests/r1 "));
});

test("of several pods each has its turn", async () => {
  api.answers = { [pods]: items(pod("node-1"), pod("node-2")) };
  api.exec = (name) =>
    name === "pod-on-node-1"
      ? { ok: false, says: "", complains: "nc: can't connect to remote host" }
      : { ok: true, says: "", talksTo: registry.port };
  assert.equal(await pushed({ patienceSeconds: 30 }), "edge/proof");
});

test("what stops it is told: no pod, no nc, no right to run it, a registry that refuses", async () => {
  api.answers = { [pods]: items(pod("node-1", { ready: false })) };
  assert.equal(await pushed(), cannot("registry has no pod that is ready"));
  api.answers = { [pods]: items(pod("node-1")) };
  api.exec = () => ({ ok: false, says: "", complains: "sh: nc: not found\n" });
  assert.equal(await pushed(), cannot("nc 127.0.0.1 5045 in pod-on-node-1: sh: nc: not found"));
  api.exec = () => undefined;
  assert.match(await pushed(), /cannot run a command in pod-on-node-1: .*502/);
  api.answers = { [pods]: refusal(403, "pods is forbidden") };
  assert.equal(await pushed({ patienceSeconds: 60 }), "pods is forbidden");
});

test("a wrong password is told at once, and a registry that is busy is asked again", {
  timeout: 15_000,
}, async () => {
  api.answers = { [pods]: items(pod("node-1")) };
  api.exec = () => ({ ok: true, says: "", talksTo: registry.port });
  const refused = cannot("POST /v2/edge/proof/blobs/uploads/: 401");
  assert.equal(await pushed({ patienceSeconds: 60, password: "another" }), refused);
  registry.refusals = { "PUT /v2/edge/proof/manifests/r1": 503 };
  const busy = setTimeout(() => {
    registry.refusals = {};
  }, 300);
  assert.equal(await pushed({ patienceSeconds: 60 }), "edge/proof");
  clearTimeout(busy);
});

test("it is pushed again for another revision, not for another way to the same cluster", async () => {
  const changes = async (news: object) =>
    (await provider.diff?.(inputs(), { ...inputs(), ...news }))?.changes;
  assert.equal(await changes({ cluster: { context: "another" }, port: 1, password: "another" }), false);
  for (const news of [{ revision: "r2" }, { namespace: "other" }, { repository: "other/proof" }])
    assert.equal(await changes(news), true);
});
