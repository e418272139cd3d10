import assert from "node:assert/strict";
import { test } from "node:test";
import { hasFailed, isReady, nodesLeft, type Pod, whyNotReady } from "../../cluster/rollout-state.ts";
import { named, node, pod } from "../support/cluster-objects.ts";

const unstarted = { node: "up", reason: "its pod is not started yet", failed: false };
const why = (status: Pod["status"]) => whyNotReady({ ...named("p"), spec: {}, status });

test("only nodes that are Ready are waited for", () => {
  const nodes = [node("up", "192.0.2.1"), node("down", "192.0.2.2", false)];
  assert.deepEqual(nodes.map(isReady), [true, false]);
  assert.equal(isReady({ status: {} }), false);
  assert.deepEqual(nodesLeft(nodes, [], "r1"), [unstarted]);
  assert.deepEqual(nodesLeft(nodes, [pod("up")], "r1"), []);
});

test("a pod of another revision, of another node or on its way out does not count", () => {
  const left = [unstarted];
  for (const other of [pod("up", { revision: "r0" }), pod("down"), pod("up", { going: true })])
    assert.deepEqual(nodesLeft([node("up", "192.0.2.1")], [other], "r1"), left);
  assert.deepEqual(nodesLeft([node("up", "192.0.2.1")], [pod("up", { going: true }), pod("up")], "r1"), []);
});

test("the reason is the container's that waits or has ended, with what it said last", () => {
  const waiting = { reason: "CrashLoopBackOff", message: "back-off 10s" };
  const terminated = { reason: "Error", message: "no such bucket", exitCode: 1 };
  const stopped = { waiting };
  assert.equal(
    why({ containerStatuses: [{ name: "c", state: stopped, lastState: { terminated } }] }),
    "CrashLoopBackOff: back-off 10s; no such bucket",
  );
  assert.equal(why({ containerStatuses: [{ name: "c", state: { terminated } }] }), "Error: no such bucket");
});

test("the first container that is in the way is told, not one that has done its work", () => {
  const waiting = { reason: "CrashLoopBackOff" };
  const done = { terminated: { reason: "Completed", exitCode: 0 } };
  assert.equal(
    why({
      initContainerStatuses: [{ name: "prepare", state: done }],
      containerStatuses: [{ name: "server", state: { waiting } }],
    }),
    "CrashLoopBackOff",
  );
  const initializing = { waiting: { reason: "PodInitializing" } };
  assert.equal(
    why({
      initContainerStatuses: [{ name: "registry", state: { waiting } }],
      containerStatuses: [{ name: "gateway", state: initializing }],
    }),
    "CrashLoopBackOff",
  );
});

test("without a container's reason the condition's is told, or that it is not ready", () => {
  const conditions = [
    { type: "Initialized", status: "True", message: "all is well" },
    { type: "PodScheduled", status: "False", message: "0/1 nodes are available" },
  ];
  assert.equal(why({ conditions }), "0/1 nodes are available");
  assert.equal(why({ conditions: [], containerStatuses: [{ name: "c" }] }), "its pod is not ready yet");
});

test("what merely begins has not failed, what is tried again has", () => {
  const failed = (state: object, is = {}) =>
    hasFailed({ ...pod("n", is), status: { containerStatuses: [{ name: "c", state }] } });
  assert.equal(failed({}), false);
  for (const reason of ["ContainerCreating", "PodInitializing"])
    assert.equal(failed({ waiting: { reason } }), false);
  for (const reason of ["ErrImagePull", "ImagePullBackOff", "CrashLoopBackOff", "CreateContainerConfigError"])
    assert.equal(failed({ waiting: { reason } }), true);
  assert.equal(failed({ terminated: { exitCode: 0 } }), false);
  assert.equal(failed({ terminated: { exitCode: 137 } }), true);
  const [left] = nodesLeft(
    [node("n", "192.0.2.1")],
    [pod("n", { ready: false, waiting: { reason: "ErrImagePull" } })],
    "r1",
  );
  assert.deepEqual(left, { node: "n", reason: "ErrImagePull", failed: true });
});
