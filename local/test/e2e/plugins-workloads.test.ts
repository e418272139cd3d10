/**
 * The kubernetes plugin's waits on pods that really run, against the cluster in $KUBECONFIG and its images. Needs
 * `pulumi`, `kubectl`, the plugins and Node 24 on PATH. Run: node local/test/run.ts e2e plugins-workloads
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "../../machine/run.ts";
import { Stack, succeeded } from "../support/engine.ts";

const namespace = `workloads-${randomBytes(3).toString("hex")}`;
const kubectl = (...args: string[]) => run("kubectl", ["--namespace", namespace, ...args]);
const at = (step: string) => ({ env: { STEP: step } });
let stack: Stack;

before(async () => {
  await run("kubectl", ["create", "namespace", namespace]);
  stack = await Stack.create(join(import.meta.dirname, "programs/workloads"), {
    E2E_NAMESPACE: namespace,
    PULUMI_K8S_ENABLE_PATCH_FORCE: "true", // kubectl owns what it scaled; repairing that is a conflict otherwise
  });
});

after(async () => {
  await stack.destroy();
  await run("kubectl", ["delete", "namespace", namespace, "--wait=false"]);
  await stack.remove();
});

test("up ends when all pods are ready, the job is done and its claim is bound", async () => {
  succeeded(await stack.up(at("1")));
  const ready = await kubectl("get", "pods", "-o", 'jsonpath={range .items[*]}{.status.phase}{"\\n"}{end}');
  const nodes = (await kubectl("get", "nodes", "-o", "name")).trim().split("\n").length;
  const phases = ready.trim().split("\n").sort();
  // Two of the Deployment's, two of the StatefulSet's, one alone, one on each node; and the job's.
  assert.deepEqual(phases, [...Array.from({ length: 5 + nodes }, () => "Running"), "Succeeded"]);
  assert.equal(await kubectl("get", "pvc", "data", "-o", "jsonpath={.status.phase}"), "Bound");
});

test("nothing changes by itself", async () => {
  assert.deepEqual(succeeded(await stack.up(at("1"))).changes, []);
  const refresh = succeeded(await stack.refresh(at("1")));
  assert.deepEqual([...new Set(refresh.steps.map((step) => step.op))], ["refresh"]);
  assert.deepEqual(succeeded(await stack.preview(at("1"))).changes, []);
});

test("a change rolls what can be rolled and replaces the rest, and is there when up ends", async () => {
  const changes = succeeded(await stack.up(at("2"))).changes;
  for (const kind of ["Deployment web", "DaemonSet everywhere", "StatefulSet ordered", "Ingress web"]) {
    assert.ok(changes.includes(`update ${kind}`), `${kind}: ${changes.join("; ")}`);
  }
  for (const kind of ["Job once", "Pod alone"])
    assert.ok(changes.includes(`replace ${kind}`), `${kind}: ${changes.join("; ")}`);
  const web = [
    "get",
    "deployment",
    "web",
    "-o",
    "jsonpath={.status.updatedReplicas} {.status.availableReplicas}",
  ];
  assert.equal(await kubectl(...web), "3 3");
  const steps = await kubectl("get", "pods", "-l", "step=later", "-o", "name");
  const nodes = (await kubectl("get", "nodes", "-o", "name")).trim().split("\n").length;
  assert.equal(steps.trim().split("\n").length, 5 + nodes);
  assert.deepEqual(succeeded(await stack.up(at("2"))).changes, []);
});

test("drift in what runs is found and repaired", async () => {
  await kubectl("scale", "deployment", "web", "--replicas=1");
  await kubectl("delete", "pod", "alone", "--grace-period=0", "--force");
  succeeded(await stack.refresh(at("2")));
  const changes = succeeded(await stack.up(at("2"))).changes;
  assert.deepEqual(changes, ["create Pod alone", "update Deployment web"]);
  assert.equal(await kubectl("get", "deployment", "web", "-o", "jsonpath={.status.availableReplicas}"), "3");
});

test("destroy ends when the pods are gone", async () => {
  succeeded(await stack.destroy());
  assert.equal(await kubectl("get", "pods,deployments,daemonsets,statefulsets,jobs,pvc", "-o", "name"), "");
});
