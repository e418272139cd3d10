import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeOwning } from "../../stacks/preflight/node.ts";
import { node } from "../support/cluster-objects.ts";

const address = "192.0.2.10";
const owner = (spec: object, isReady = true) =>
  nodeOwning(address, [node("node-2", "192.0.2.11"), { ...node("node-1", address, isReady), spec }]);
const tainted = (key: string, effect: string) => owner({ taints: [{ key, effect }] }).takesPods;

test("the node that has the address is found; where none is asked for, none", () => {
  assert.deepEqual(owner({}), { name: "node-1", takesPods: true, problems: [] });
  assert.deepEqual(nodeOwning(undefined, []), { problems: [] });
});

test("a node that is not Ready, cordoned or tainted takes no pods, but for the taints that are tolerated", () => {
  assert.equal(owner({}, false).takesPods, false);
  assert.equal(owner({ unschedulable: true }).takesPods, false);
  assert.equal(tainted("dedicated", "NoSchedule"), false);
  assert.equal(tainted("node-role.kubernetes.io/control-plane", "NoExecute"), false);
  assert.equal(tainted("node-role.kubernetes.io/control-plane", "NoSchedule"), true);
  assert.equal(tainted("dedicated", "PreferNoSchedule"), true);
});
