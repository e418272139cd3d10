/**
 * The kubernetes plugin, driven by the real engine against the cluster in $KUBECONFIG. Needs `pulumi`, `kubectl`, the
 * plugins and Node 24 on PATH; no image and no running node. Everything is made in one namespace and destroyed.
 * Run: node --test local/test/e2e/plugins-kubernetes.test.ts
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { providers } from "../../engine/plugins.ts";
import { type Run, Stack, succeeded } from "../support/engine.ts";
import { at, inSpace, kubectl, namespace, program, stack } from "../support/kubernetes-program.ts";
import { type Life, lives } from "../support/lives.ts";
import { pluginCost } from "../support/plugin.ts";

const detail = (r: Run, name: string) =>
  r.steps.find((s) => s.name === name && ["update", "replace"].includes(s.op))?.detailedDiff;

test("each plugin is ready at once, and small", async () => {
  for (const name of providers) {
    const { milliseconds, mebibytes } = await pluginCost(name);
    // Alone it takes a tenth of that; `make bench` has the figure.
    assert.ok(milliseconds < 500, `expected ${name}'s port within 500 ms, took ${milliseconds}`);
    assert.ok(mebibytes < 60, `expected ${name} to take less than 60 MiB, got ${mebibytes}`);
  }
});

test("a preview makes nothing", async () => {
  const preview = succeeded(await stack.preview(at("1")));
  assert.deepEqual(
    new Set(preview.steps.filter((s) => s.op !== "read").map((s) => s.op)),
    new Set(["create"]),
  );
  assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
});

// What a killed engine made but did not record is taken over.
const adopt = { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true" };

test("an up that is killed again and again is repaired by the next", async () => {
  for (const afterMs of Array.from({ length: 10 }, () => 1_000 + Math.random() * 2_500)) {
    await stack.up({ ...at("1", adopt), kill: { afterMs, signal: "SIGKILL" } });
    await stack.cancel(); // the killed engine's lock
  }
  succeeded(await stack.up(at("1", adopt)));
  const auto = await stack.resource("settings");
  assert.match(auto.id ?? "", new RegExp(`^${namespace}/settings-[0-9a-f]{8}$`));
  assert.equal(await inSpace("get", "configmap", "fixed", "-o", "jsonpath={.data.mode}"), "a");
  assert.equal(
    await inSpace("get", "serviceaccount", "account", "-o", "jsonpath={.metadata.labels.patched}"),
    "a",
  );
});

test("what did not change is left alone", async () => {
  assert.deepEqual(succeeded(await stack.up(at("1"))).changes, []);
  const refresh = succeeded(await stack.refresh(at("1")));
  assert.deepEqual([...new Set(refresh.steps.map((s) => s.op))], ["refresh"]);
  assert.deepEqual(succeeded(await stack.preview(at("1"))).changes, []);
});

test("secrets are ciphertext in state and readable to the program", async () => {
  const state = await stack.exportText();
  for (const text of ["e2e-geheim", Buffer.from("e2e-geheim").toString("base64")])
    assert.ok(!state.includes(text), `expected ${text} not to be in state in clear`);
  const outputs = await stack.outputs();
  assert.deepEqual(outputs.secret, { password: Buffer.from("e2e-geheim").toString("base64") });
  assert.deepEqual(outputs.seen, { kept: "yes", mode: "a" });
  const { __inputs, __initialApiVersion, __fieldManager } = (await stack.resource("fixed")).outputs ?? {};
  assert.equal(__initialApiVersion, "v1");
  assert.match(String(__fieldManager), /^pulumi-kubernetes-[0-9a-f]{8}$/);
  assert.equal((__inputs as { kind: string }).kind, "ConfigMap");
});

const table = lives(namespace);
const names = Object.keys(table);

/** What becomes of each object that is in the table. */
const fates = (r: Run, ...fates: readonly string[]) =>
  Object.fromEntries(
    r.steps.filter((s) => fates.includes(s.op) && names.includes(s.name)).map((s) => [s.name, s.op]),
  );

const expected = (fate: (life: Life) => string) =>
  Object.fromEntries(Object.entries(table).map(([name, life]) => [name, fate(life)]));

test("a change is made in place where it can be, else by replacement", async () => {
  const preview = succeeded(await stack.preview(at("2")));
  const up = succeeded(await stack.up(at("2")));
  for (const r of [preview, up])
    assert.deepEqual(
      fates(r, "update", "replace"),
      expected(({ steps }) => steps[0]),
    );
  assert.ok(!up.steps.some((s) => s.name === "ignored" && s.op !== "same"));
  assert.deepEqual(detail(up, "web"), { "spec.template.spec.containers[0].image": "update" });
  assert.deepEqual(detail(up, "headless"), {
    "metadata.labels": "delete",
    "spec.ports[0].port": "update",
  });
  assert.equal(await inSpace("get", "service", "headless", "-o", "jsonpath={.metadata.labels.first}"), "");
  assert.deepEqual(detail(up, "binding"), { "roleRef.name": "update-replace" });
  // A fixed name must be free before it is used again; a generated one need not.
  const order = (name: string) => up.steps.filter((s) => s.name === name).map((s) => s.op);
  assert.deepEqual(order("fixed"), ["delete-replaced", "replace", "create-replacement"]);
  assert.deepEqual(order("settings"), ["create-replacement", "replace", "delete-replaced"]);
  assert.deepEqual(succeeded(await stack.up(at("2"))).changes, []);
});

test("what was changed in place is replaced, and the other way round", async () => {
  const up = succeeded(await stack.up(at("3")));
  assert.deepEqual(
    fates(up, "update", "replace"),
    expected(({ steps }) => steps[1]),
  );
  assert.deepEqual(detail(up, "settings"), { "metadata.labels": "add" });
  assert.deepEqual(succeeded(await stack.up(at("3"))).changes, []);
});

test("drift of every kind is found by a refresh and repaired", async () => {
  // Not ours to remove. What kubectl sets under its own name is taken over.
  await inSpace("label", "service", "headless", "others=yes", "--field-manager=others");
  const drifting = Object.values(table).map(({ object, drift }) =>
    drift === undefined
      ? inSpace("delete", object)
      : inSpace("patch", object, "--type=merge", "--patch", JSON.stringify(drift)),
  );
  await Promise.all(drifting);
  succeeded(await stack.refresh(at("3")));
  const repair = succeeded(await stack.up(at("3")));
  assert.deepEqual(
    fates(repair, "create", "update", "replace"),
    expected(({ repair }) => repair),
  );
  const read = "jsonpath={.rules[0].verbs}";
  assert.equal(await inSpace("get", "role", "role-3", "-o", read), '["get","list"]');
  assert.equal(
    await inSpace("get", "service", "headless", "-o", "jsonpath={.metadata.labels.others}"),
    "yes",
  );
  assert.deepEqual(succeeded(await stack.up(at("3"))).changes, []);
});

test("every kind is imported as it is; a patch is no object", async () => {
  await inSpace("create", "configmap", "foreign", "--from-literal=a=1");
  const all = (await stack.resources()).flatMap(({ urn, type, id = "" }) => {
    const name = urn.split("::").at(-1) ?? "";
    return names.includes(name) ? [{ type, name, id }] : [];
  });
  assert.equal(all.length, names.length);
  const objects = all.filter(({ name }) => name !== "patch");
  const foreign = { type: "kubernetes:core/v1:ConfigMap", name: "foreign", id: `${namespace}/foreign` };
  const other = await Stack.create(program);
  try {
    succeeded(await other.import([...objects, foreign]));
    const { inputs, urn } = await other.resource("foreign");
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      data: { a: "1" },
      kind: "ConfigMap",
      metadata: { name: "foreign", namespace },
    });
    assert.deepEqual([...new Set(succeeded(await other.refresh()).steps.map((s) => s.op))], ["refresh"]);
    succeeded(await other.destroy({ args: ["--target", urn] }));
    assert.equal(await inSpace("get", "configmap", "foreign", "--ignore-not-found"), "");
    const patch = await other.import(all.filter(({ name }) => name === "patch"));
    assert.match(patch.stdout, /resource '.*\/account-3' does not exist/);
  } finally {
    await other.remove();
  }
});

test("destroy leaves nothing", async () => {
  succeeded(await stack.destroy());
  assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
  for (const kind of ["storageclass", "customresourcedefinition"])
    assert.ok(!(await kubectl("get", kind, "-o", "name")).includes(namespace), `expected no ${kind} of ours`);
});
