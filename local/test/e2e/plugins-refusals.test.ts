/**
 * What goes wrong with the kubernetes plugin, and groups of manifests, driven by the real engine against the cluster in
 * $KUBECONFIG as in plugins-kubernetes.test.ts.
 * Run: node --test local/test/e2e/plugins-refusals.test.ts
 */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { before, test } from "node:test";
import { Stack, succeeded } from "../support/engine.ts";
import { at, inSpace, kubectl, namespace, program, stack } from "../support/kubernetes-program.ts";

const unreachable = JSON.stringify({
  clusters: [{ name: "nowhere", cluster: { server: "https://127.0.0.1:9" } }],
  contexts: [{ name: "nowhere", context: { cluster: "nowhere", user: "nobody" } }],
  "current-context": "nowhere",
});

before(async () => {
  succeeded(await stack.up(at("3")));
});

test("a group of manifests makes its objects, once, and takes them with it", async () => {
  const up = succeeded(await stack.up(at("grouped")));
  assert.deepEqual(up.changes, [
    "create ConfigGroup group",
    `create ConfigMap group:${namespace}/listed`,
    `create Namespace group:${namespace}-grouped`,
    `create Secret group:${namespace}/hidden`,
  ]);
  assert.equal((await stack.outputs()).grouped, 3);
  assert.equal(await inSpace("get", "configmap", "listed", "-o", "jsonpath={.data.a}"), "1");
  assert.ok(!(await stack.exportText()).includes("e2e-geheim"));
  assert.deepEqual(succeeded(await stack.up(at("grouped"))).changes, []);
  const without = succeeded(await stack.up(at("3")));
  assert.equal(without.changes.length, 4);
  assert.equal(await kubectl("get", "namespace", `${namespace}-grouped`, "--ignore-not-found"), "");
});

test("an API version that is gone is said to be so at once, with the one to use", async () => {
  const up = await stack.up(at("outdated"));
  assert.notEqual(up.code, 0);
  const said =
    'apiVersion "policy/v1beta1/PodDisruptionBudget" was removed in Kubernetes 1.25. Use "policy/v1/Pod';
  assert.ok(
    up.errors.some((error) => error.includes(said)),
    up.errors.join("\n"),
  );
  assert.doesNotMatch(up.stdout, /Retry #/);
});

test("an object that does not get ready fails the up, says why, and is in state", async () => {
  const up = await stack.up(at("stuck"));
  assert.notEqual(up.code, 0);
  assert.match(up.stdout, /'stuck' timed out waiting to be Ready/);
  assert.match(up.stdout, /Minimum number of live Pods was not attained/);
  const { initErrors } = await stack.resource("stuck");
  assert.ok(initErrors?.includes("Minimum number of live Pods was not attained"), `${initErrors}`);
});

test("an interrupt ends a wait at once", async () => {
  const up = await stack.up({
    ...at("stuck", { PATIENCE: "300" }),
    kill: { afterMs: 5_000, signal: "SIGINT" },
  });
  assert.notEqual(up.code, 0);
  assert.ok(up.seconds < 10, `expected the wait to end with the interrupt, took ${up.seconds} s`);
  assert.equal((await stack.resource("stuck")).id, `${namespace}/stuck`);
});

test("a cluster out of reach fails an up with its reason, not a preview", async () => {
  const other = await Stack.create(program, { E2E_NAMESPACE: namespace });
  try {
    const nowhere = path.join(other.directory, "kubeconfig");
    await writeFile(nowhere, unreachable);
    succeeded(await other.preview(at("1", { KUBECONFIG: nowhere })));
    const up = await other.up(at("1", { KUBECONFIG: nowhere }));
    assert.notEqual(up.code, 0);
    assert.match(up.stdout, /configured Kubernetes cluster is unreachable: .*connection refused/);
  } finally {
    await other.remove();
  }
});
