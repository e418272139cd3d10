import assert from "node:assert/strict";
import { test } from "node:test";
import { provider as deploymentReady } from "../../resources/deployment-ready.ts";
import { provider as rollout } from "../../resources/rollout.ts";
import { items, named, node, pod } from "../support/cluster-objects.ts";
import { refusal, sharedKubeApi, told } from "../support/kube-api.ts";

const api = await sharedKubeApi();
const { lines } = told();

const there = () => ({ cluster: { kubeconfig: api.kubeconfig }, namespace: "edge", patienceSeconds: 0 });
const deleted = () => api.asked.flatMap((one) => (one.startsWith("DELETE ") ? [one.split("/").at(-1)] : []));
const messageOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: Error) => error.message,
  );

const list = "/api/v1/namespaces/edge/pods?labelSelector=app=agent";
const failed = pod("node-1", { ready: false, waiting: { reason: "ImagePullBackOff" } });
const others = [
  pod("node-2"),
  pod("node-3", { ready: false, waiting: { reason: "ContainerCreating" } }),
  pod("node-4", { ready: false, waiting: { reason: "CrashLoopBackOff" }, going: true }),
];

const agent = () => ({ ...there(), daemonSet: "agent", revision: "r1", purpose: "cannot pull" });
const set = "/apis/apps/v1/namespaces/edge/daemonsets/agent";
const one = node("node-1", "192.0.2.1");
const dead = node("dead", "192.0.2.3", false);
const windows = {
  ...node("win", "192.0.2.4"),
  ...named("win", { labels: { "kubernetes.io/os": "windows" } }),
};

test("each wait begins by having pods that have failed made anew, and no others", async () => {
  api.answers = { [list]: items(failed, ...others) };
  await messageOf(rollout.create(agent()));
  assert.deepEqual(deleted(), ["pod-on-node-1"]);
  await messageOf(deploymentReady.create({ ...there(), deployment: "agent", uid: "uid-1", generation: 1 }));
  assert.deepEqual(deleted(), ["pod-on-node-1", "pod-on-node-1"]);
});

test("whoever may not list or delete pods waits all the same", async () => {
  api.answers = { [list]: refusal(403, "pods is forbidden"), "/api/v1/nodes": items(one) };
  assert.equal(await messageOf(rollout.create(agent())), "there is no DaemonSet edge/agent");
});

test("a node that is not Ready is told and remembered; one without Linux is no node of ours", async () => {
  api.answers = {
    [set]: named("agent"),
    "/api/v1/nodes": items(one, dead, windows),
    [list]: items(pod("node-1")),
  };
  const { outs } = await rollout.create(agent());
  assert.deepEqual(outs.skipped, ["dead"]);
  assert.deepEqual(lines(), ["dead is not Ready and was passed over: it may be one that cannot pull"]);
  api.answers = { ...api.answers, "/api/v1/nodes": items(dead, windows), [list]: items() };
  assert.equal(await messageOf(rollout.create(agent())), "agent: no node is Ready");
});

test("a node that was passed over is asked once it is back, and is no change before", async () => {
  const differs = async (skipped?: readonly string[]) =>
    (await rollout.diff?.({ ...agent(), ...(skipped && { skipped }) }, agent()))?.changes;
  api.answers = { "/api/v1/nodes": items(one, dead) };
  assert.deepEqual([await differs(), await differs([]), api.asked.length], [false, false, 0]);
  assert.equal(await differs(["dead"]), false);
  assert.deepEqual(lines(), ["dead is not Ready and was passed over: it may be one that cannot pull"]);
  assert.equal(await differs(["removed"]), false);
  assert.equal(await differs(["node-1"]), true);
  api.answers = { "/api/v1/nodes": refusal(503, "restarting") };
  assert.equal(await differs(["node-1"]), false);
});

test("a pod that has answered is not asked again, another is", async () => {
  const two = [pod("node-1"), pod("node-2")];
  const nodes = { "/api/v1/nodes": items(one, node("node-2", "192.0.2.2")) };
  api.answers = { [set]: named("agent"), ...nodes, [list]: items(...two) };
  const asked: string[] = [];
  api.exec = (name) => {
    asked.push(name);
    const late = name === "pod-on-node-2" && asked.length < 4;
    return { ok: !late, says: late ? "not yet" : "trusts" };
  };
  const question = { container: "agent", command: ["status"], answer: "trusts" };
  await rollout.create({ ...agent(), question, patienceSeconds: 60 });
  assert.deepEqual(asked.toSorted(), ["pod-on-node-1", ...Array(3).fill("pod-on-node-2")]);
});

test("a node that gives no answer is passed over after a while, and named; one that refuses fails", async () => {
  const two = [pod("node-1"), pod("node-2")];
  const nodes = { "/api/v1/nodes": items(one, node("node-2", "192.0.2.2")) };
  api.answers = { [set]: named("agent"), ...nodes, [list]: items(...two) };
  api.exec = (name) => (name === "pod-on-node-1" ? { ok: true, says: "trusts\nnote this" } : undefined);
  const question = { container: "agent", command: ["status"], answer: "trusts", silentSeconds: 0.5 };
  const since = performance.now();
  const { outs } = await rollout.create({ ...agent(), question, patienceSeconds: 60 });
  assert.ok(performance.now() - since < 5000);
  assert.deepEqual(outs.skipped, ["node-2"]);
  assert.deepEqual(lines(), [
    "node-1: note this",
    "node-2 gives no answer and was passed over: it may be one that cannot pull",
  ]);
  assert.equal((await rollout.diff?.(outs, { ...agent(), question }))?.changes, true, "it is asked again");
  api.exec = (name) => (name === "pod-on-node-1" ? { ok: false, says: "cannot\nmore" } : undefined);
  const told = await messageOf(rollout.create({ ...agent(), question }));
  assert.match(told, /^node-1 cannot pull: cannot\nmore\nnode-2 cannot pull: /);
  api.exec = () => undefined;
  const patience = { ...agent(), question, patienceSeconds: 2 };
  assert.equal(await messageOf(rollout.create(patience)), "agent: no node answers when it is asked");
});

test("a Deployment whose pods are refused tells by whom", async () => {
  const message = 'pods "agent" is forbidden: exceeded quota';
  const told = async (status: string) => {
    const conditions = [{ type: "ReplicaFailure", status, message }];
    const found = { ...named("agent", { generation: 1 }), spec: {}, status: { conditions } };
    api.answers = { "/apis/apps/v1/namespaces/edge/deployments/agent": found, [list]: items() };
    return messageOf(
      deploymentReady.create({ ...there(), deployment: "agent", uid: "uid-1", generation: 1 }),
    );
  };
  assert.equal(await told("True"), `agent does not run: ${message}`);
  assert.equal(await told("False"), "agent does not run: it has no pod yet");
});
