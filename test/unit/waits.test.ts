import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefused, type Pod } from "../../cluster/rollout-state.ts";
import type { Patience } from "../../cluster/settled.ts";
import { provider as deploymentReady } from "../../resources/deployment-ready.ts";
import { provider as rollout } from "../../resources/rollout.ts";
import { items, named, node, pod } from "../support/cluster-objects.ts";
import { type Answers, refusal, sharedKubeApi } from "../support/kube-api.ts";

const api = await sharedKubeApi();

const there = () => ({ cluster: { kubeconfig: api.kubeconfig }, namespace: "edge" });
const pods = (...list: readonly object[]): Answers => ({
  "/api/v1/namespaces/edge/pods?labelSelector=app=agent": items(...list),
});

const set = "/apis/apps/v1/namespaces/edge/daemonsets/agent";
const seen = { [set]: { ...named("agent", { generation: 2 }), status: { observedGeneration: 2 } } };
const nodes = {
  "/api/v1/nodes": items(
    node("node-1", "192.0.2.1"),
    node("node-2", "192.0.2.2"),
    node("dead", "192.0.2.3", false),
  ),
};

/** What is told of a DaemonSet that does not get there at once. */
const rolled = (
  question?: {
    readonly container: string;
    readonly command: string[];
    readonly answer: string;
    readonly lastingCode?: number;
  },
  record?: { host: string; leadsTo: string },
  patience: Patience = { patienceSeconds: 0 },
) =>
  rollout
    .create({
      ...there(),
      daemonSet: "agent",
      revision: "r1",
      purpose: "cannot pull",
      ...patience,
      ...(question && { question }),
      ...(record && { record }),
    })
    .then(
      ({ id }) => id,
      (error: Error) => error.message,
    );

test("a rollout ends once each node that is Ready has a ready pod of the revision", async () => {
  api.answers = { ...seen, ...nodes, ...pods(pod("node-1"), pod("node-2")) };
  assert.equal(await rolled(), "edge/agent");
});

test("a rollout that does not end names each node with the kubelet's reason", async () => {
  const waiting = { reason: "ErrImagePull", message: "x509: certificate signed by unknown authority" };
  const failing = pod("node-1", { ready: false, waiting });
  api.answers = { ...seen, ...nodes, ...pods(failing, pod("node-2", { revision: "r0" })) };
  assert.deepEqual((await rolled()).split("\n"), [
    "node-1 cannot pull: ErrImagePull: x509: certificate signed by unknown authority",
    "node-2 cannot pull: its pod is not started yet",
  ]);
  api.answers = nodes;
  assert.equal(await rolled(), "there is no DaemonSet edge/agent");
  api.answers = {
    ...nodes,
    [set]: { ...named("agent", { generation: 2 }), status: { observedGeneration: 1 } },
  };
  assert.equal(await rolled(), "agent: the cluster has not seen it yet");
});

test("a node that finds no address of the registry's host is told with the record that leads there", async () => {
  const record = { host: "registry.example", leadsTo: "203.0.113.7" };
  const lookup = (host: string) => `failed to do request: dial tcp: lookup ${host}: no such host`;
  const said = async (message: string) => {
    const failing = pod("node-1", { ready: false, waiting: { reason: "ErrImagePull", message } });
    api.answers = { ...seen, ...nodes, ...pods(failing, pod("node-2")) };
    return rolled(undefined, record);
  };
  assert.equal(
    await said(lookup("registry.example")),
    `node-1 cannot pull: ErrImagePull: ${lookup("registry.example")}: give registry.example a DNS record that leads to 203.0.113.7, then run up again`,
  );
  for (const other of [
    lookup("elsewhere.example"),
    lookup("registry.example.com"),
    "registry.example: connection refused",
  ])
    assert.equal(await said(other), `node-1 cannot pull: ErrImagePull: ${other}`);
});

test("a rollout asks ready pods, and tells an answer that is not the expected one", async () => {
  api.answers = { ...seen, ...nodes, ...pods(pod("node-1"), pod("node-2")) };
  const question = { container: "agent", command: ["status"], answer: "trusts" };
  api.exec = () => ({ ok: true, says: "trusts since today" });
  assert.equal(await rolled(question), "edge/agent");
  api.exec = (name) => ({ ok: false, says: name === "pod-on-node-2" ? "no config_path" : "trusts" });
  assert.equal(await rolled(question), "node-2 cannot pull: no config_path");
});

test("an answer that lasts is told after a while in which no node gives another", async () => {
  api.answers = { ...seen, ...nodes, ...pods(pod("node-1"), pod("node-2")) };
  const question = { container: "agent", command: ["status"], answer: "trusts", lastingCode: 3 };
  let other = { ok: false, code: 1, says: "cannot yet" };
  api.exec = (name) => (name === "pod-on-node-2" ? { ok: false, code: 3, says: "no config_path" } : other);
  let ended = false;
  const told = rolled(question, undefined, { patienceSeconds: 60, lastingSeconds: 0.5 }).finally(() => {
    ended = true;
  });
  const asked = () => api.asked.filter((one) => one.includes("pod-on-node-2/exec")).length;
  while (asked() < 5) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(ended, false);
  other = { ok: true, code: 0, says: "trusts since today" };
  const before = asked();
  assert.equal(await told, "node-2 cannot pull: no config_path");
  assert.ok(asked() - before > 2, "it is asked again, as a file may just be written");
});

test("a rollout is repeated for another revision, not for another address of the cluster", async () => {
  const inputs = { ...there(), daemonSet: "agent", revision: "r1", purpose: "p", patienceSeconds: 1 };
  const differs = async (news: Partial<typeof inputs>) =>
    (await rollout.diff?.(inputs, { ...inputs, ...news }))?.changes;
  assert.equal(await differs({ cluster: { kubeconfig: "elsewhere" }, patienceSeconds: 2 }), false);
  assert.equal(await differs({ revision: "r2" }), true);
  assert.equal(await differs({ namespace: "other" }), true);
});

const deployment = "/apis/apps/v1/namespaces/edge/deployments/agent";
const status = (counts: object) => ({
  [deployment]: {
    ...named("agent", { uid: "uid-1", generation: 3 }),
    spec: { replicas: 1 },
    status: { observedGeneration: 3, replicas: 1, updatedReplicas: 1, availableReplicas: 1, ...counts },
  },
});

const asked = { deployment: "agent", uid: "uid-1", generation: 3 };
const deployed = (patienceSeconds = 0) =>
  deploymentReady.create({ ...there(), ...asked, patienceSeconds }).then(
    ({ id }) => id,
    (error: Error) => error.message,
  );

test("a Deployment is waited for again where it was changed, not for what was only noted at it", async () => {
  const inputs = { ...there(), ...asked, generation: 2, patienceSeconds: 0 };
  const differs = async (generation: number, cluster = inputs.cluster, uid = "uid-1") =>
    (await deploymentReady.diff?.(inputs, { ...inputs, cluster, generation, uid }))?.changes;
  api.answers = status({});
  assert.equal(await differs(2), false);
  assert.equal(await differs(3), false); // it runs, as it is
  assert.equal(await differs(4), true); // as a preview knows it will be
  assert.equal(await differs(2, inputs.cluster, "uid-2"), true); // made anew
  api.answers = status({ updatedReplicas: 0 });
  assert.equal(await differs(3), true);
  api.answers = {};
  assert.equal(await differs(3), true);
  assert.equal(await differs(3, { kubeconfig: "/nowhere" }), true);
});

test("a Deployment is ready once what was asked last runs, and nothing older", async () => {
  api.answers = status({});
  assert.equal(await deployed(), "edge/agent");
  api.answers = {};
  assert.equal(await deployed(), "agent does not run: there is no such Deployment");
  for (const counts of [
    { observedGeneration: 2 },
    { replicas: 2 },
    { updatedReplicas: 0 },
    { availableReplicas: 0 },
    { availableReplicas: undefined },
  ]) {
    api.answers = { ...status(counts), ...pods() };
    assert.equal(await deployed(), "agent does not run: it has no pod yet", JSON.stringify(counts));
  }
});

test("a Deployment that does not run tells where and why", async () => {
  const unbound = { ...pod("", { ready: false, message: "0/1 nodes are available" }), spec: {} };
  const crashing = pod("node-1", { ready: false, waiting: { reason: "CrashLoopBackOff" } });
  const going = pod("node-2", { ready: false, going: true });
  api.answers = { ...status({ availableReplicas: 0 }), ...pods(unbound, crashing, going, pod("node-3")) };
  assert.deepEqual((await deployed()).split("\n"), [
    "agent does not run on any node: 0/1 nodes are available",
    "agent does not run on node-1: CrashLoopBackOff",
  ]);
});

test("a script that refuses what it found is told at once, by a Deployment that was seen", async () => {
  const message = "/srv/images belongs to another";
  for (const state of ["state", "lastState"]) {
    const ended = { [state]: { terminated: { exitCode: 78, reason: "Error", message } } };
    const waiting = state === "state" ? {} : { state: { waiting: { reason: "CrashLoopBackOff" } } };
    const refusing = pod("node-1", { ready: false });
    const initContainerStatuses = [{ name: "prepare", ...waiting, ...ended }];
    const stays = { ...refusing, status: { ...refusing.status, initContainerStatuses } };
    api.answers = { ...status({ availableReplicas: 0 }), ...pods(stays) };
    assert.match(await deployed(60), /^agent does not run on node-1: \w+: \/srv\/images belongs to another$/);
    // Where it is tried again, or has passed since, it is waited for.
    const lastState = { terminated: { exitCode: 78, reason: "Error", message } };
    for (const since of [{ running: {} }, { terminated: { exitCode: 0 } }]) {
      const again = [{ name: "prepare", state: since, lastState }];
      const goesOn = { ...refusing, status: { ...refusing.status, initContainerStatuses: again } };
      assert.equal(isRefused(goesOn as unknown as Pod), false);
    }
    api.answers = { ...status({ observedGeneration: 2 }), ...pods(stays) };
    const waited = deployed(60);
    await new Promise((resolve) => setTimeout(resolve, 300));
    api.answers = status({});
    assert.equal(await waited, "edge/agent");
  }
});

test("what the API server refuses ends a wait at once", async () => {
  api.answers = { ...nodes, [set]: refusal(403, "daemonsets is forbidden") };
  const inputs = { ...there(), daemonSet: "agent", revision: "r", purpose: "p", patienceSeconds: 60 };
  await assert.rejects(rollout.create(inputs), { message: "daemonsets is forbidden" });
});
