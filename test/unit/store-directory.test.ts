import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { provider } from "../../resources/store-directory.ts";
import { items, named, node, pod } from "../support/cluster-objects.ts";
import { sharedKubeApi } from "../support/kube-api.ts";

const api = await sharedKubeApi();
const said = mock.method(console, "error", () => undefined);
beforeEach(() => {
  said.mock.resetCalls();
});

const removal = "/api/v1/namespaces/edge/pods/store-directory-removal";
const stores = "/api/v1/namespaces/edge/pods?labelSelector=app=object-store,edge-registry/stack=p.s";
const gone = `DELETE ${removal}?gracePeriodSeconds=0`;
const there = { "/api/v1/nodes/node-1": node("node-1", "192.0.2.1") };
const ending = (phase: string, log = "") => ({
  ...there,
  [removal]: { ...named("x"), status: { phase } },
  [`${removal}/log`]: log,
});
const remove = async (keep = false) => {
  const where = { cluster: { kubeconfig: api.kubeconfig }, namespace: "edge", node: "node-1" };
  await provider.delete?.("id", { ...where, path: "/var/lib/edge", owner: "p.s", image: "sh:1", keep });
};
const lines = () => said.mock.calls.map(({ arguments: [line] }) => line);

test("a store's directory stays where images are kept", async () => {
  await remove(true);
  assert.deepEqual(api.asked, []);
});

test("it is removed by a pod on its node, through its parent and in its owner's name", async () => {
  api.answers = ending("Succeeded");
  await remove();
  assert.partialDeepStrictEqual(api.created.at(-1), {
    spec: {
      nodeName: "node-1",
      automountServiceAccountToken: false,
      volumes: [{ hostPath: { path: "/var/lib" } }],
    },
  });
  const [container] = Object(api.created.at(-1)).spec.containers;
  assert.deepEqual(container.command.slice(-3), ["/parent/edge", ".edge-registry", "p.s"]);
  assert.equal(api.asked.at(-1), gone);
  assert.deepEqual(lines(), []);
});

test("what it left is told with the reason", async () => {
  api.answers = ending("Succeeded", "it belongs to stack q.s\n");
  await remove();
  assert.deepEqual(lines(), ["/var/lib/edge on node node-1 was left as it is: it belongs to stack q.s"]);
});

test("a removal that fails is told, and leaves no pod in the way of the next one", async () => {
  api.answers = ending("Failed", "busy\n");
  await assert.rejects(remove(), {
    message:
      "the images in /var/lib/edge on node node-1 could not be removed (busy): run this again, or remove them there with rm -r /var/lib/edge",
  });
  assert.equal(api.asked.at(-1), gone);
});

test("it waits until the store has stopped", async () => {
  const running = [items(pod("node-1")), items(pod("node-1"))];
  api.answers = {
    ...ending("Succeeded"),
    get [stores]() {
      return running.pop() ?? items();
    },
  };
  await remove();
  const created = api.asked.indexOf("POST /api/v1/namespaces/edge/pods");
  assert.equal(api.asked.slice(0, created).filter((one) => one === `GET ${stores}`).length, 3);
});

test("a store that does not stop is named, and nothing is removed", async (t) => {
  let now = 0;
  const clock = t.mock.method(performance, "now", () => {
    now += 40_000;
    return now;
  });
  t.after(() => clock.mock.restore());
  api.answers = { ...there, [stores]: items(pod("node-1")) };
  await assert.rejects(remove(), { message: /the store's pod pod-on-node-1 has not stopped within 60 s/ });
  assert.ok(api.asked.every((one) => one.startsWith("GET ")));
});

test("a node that the cluster has no more is told, and holds up nothing", async () => {
  await remove();
  assert.deepEqual(api.asked, ["GET /api/v1/nodes/node-1"]);
  assert.deepEqual(lines(), [
    "/var/lib/edge on node node-1 was not removed: the cluster has no such node any more; on that machine run: rm -r /var/lib/edge",
  ]);
});
