/** The namespaces that a stack makes, is given, and puts pull secrets into. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { items, named } from "../support/cluster-objects.ts";
import { external } from "../support/example-settings.ts";
import type { Answers } from "../support/kube-api.ts";
import { found, ours, refused, theirs } from "../support/preflighted.ts";

test("a namespace is this stack's, or is not touched", async () => {
  const path = "/api/v1/namespaces/edge-registry";
  assert.equal((await found({}, { [path]: named("edge-registry", ours) })).clusterId, "uid-1");
  assert.deepEqual(await refused({}, { [path]: named("edge-registry", theirs) }), [
    "namespace: edge-registry belongs to stack edge-registry.other, this one is edge-registry.dev: pulumi config set edge-registry:namespace ANOTHER",
  ]);
  assert.deepEqual(await refused({}, { [path]: named("edge-registry") }), [
    "namespace: edge-registry exists and is not this stack's: choose another, or have the registry in it with pulumi config set --path edge-registry:namespace.existing edge-registry",
  ]);
  const going = named("edge-registry", { ...ours, deletionTimestamp: "2026-01-01T00:00:00Z" });
  assert.deepEqual(await refused({}, { [path]: going }), [
    "namespace: edge-registry is just being deleted: wait until it is gone, then run this again",
  ]);
});

test("so is the namespace of what runs on nodes, where there is one", async () => {
  const foreign = { "/api/v1/namespaces/edge-registry-nodes": named("edge-registry-nodes", theirs) };
  assert.match((await refused({}, foreign)).join(), /^namespace: edge-registry-nodes belongs to stack/);
  assert.equal((await found({ nodeTrust: "off", proof: "off" }, foreign)).clusterId, "uid-1");
});

test("an existing namespace has to exist, whoever made it", async () => {
  const settings = { namespace: { existing: "shared" } };
  assert.deepEqual(await refused(settings), [
    "namespace.existing: expected a namespace of this cluster, got shared: kubectl create namespace shared",
  ]);
  assert.equal((await found(settings, { "/api/v1/namespaces/shared": named("shared") })).clusterId, "uid-1");
});

test("pull secrets go where a namespace and its service accounts are", async () => {
  const settings = {
    pullSecret: { namespaces: ["default", "apps"], serviceAccounts: ["default", "builder"] },
  };
  assert.deepEqual(await refused(settings), [
    "pullSecret.serviceAccounts: expected service accounts of namespace default, got builder",
    "pullSecret.namespaces: expected namespaces of this cluster, got apps: kubectl create namespace apps",
  ]);
});

test("a pull secret of another is left alone", async () => {
  const path = "/api/v1/namespaces/default/secrets/ches-registry-secret";
  const remedy = "pulumi config set --path edge-registry:pullSecret.name ANOTHER";
  const start = "pullSecret.name: a Secret ches-registry-secret is in namespace default already and";
  assert.deepEqual(await refused({}, { [path]: named("x", theirs) }), [
    `${start} belongs to stack edge-registry.other: ${remedy}`,
  ]);
  assert.deepEqual(await refused({}, { [path]: named("x") }), [`${start} is not a registry's: ${remedy}`]);
  assert.equal((await found({}, { [path]: named("x", ours) })).clusterId, "uid-1");
});

test("a service account with other pull secrets is not taken over, the command for it is told", async () => {
  const account = (...names: readonly string[]) => ({
    "/api/v1/namespaces/default/serviceaccounts/default": {
      ...named("default"),
      imagePullSecrets: names.map((name) => ({ name })),
    },
  });
  assert.deepEqual(await refused({}, account("hub", "ches-registry-secret")), [
    `pullSecret.serviceAccounts: default/default pulls with hub already: leave it out of the setting and add ours by hand: kubectl -n default patch serviceaccount default -p '{"imagePullSecrets":[{"name":"hub"},{"name":"ches-registry-secret"}]}'`,
  ]);
  assert.equal((await found({}, account("ches-registry-secret"))).clusterId, "uid-1");
  const before = { "/api/v1/namespaces/default/secrets/hub": named("hub", ours) };
  const renamed = await found({}, { ...account("hub"), ...before });
  assert.equal(renamed.clusterId, "uid-1", "ours, under the name it had before");
});

const shared = { "/api/v1/namespaces/shared": named("shared") };
const apps = "/apis/apps/v1/namespaces/shared";
const core = "/api/v1/namespaces/shared";
const empty: Answers = Object.fromEntries(
  [
    `${apps}/deployments`,
    `${apps}/daemonsets`,
    `${core}/services`,
    `${core}/persistentvolumeclaims`,
    `${core}/configmaps`,
    `${core}/secrets`,
    "/apis/networking.k8s.io/v1/namespaces/shared/networkpolicies",
  ].map((path) => [path, items()] as const),
);

test("nothing in an existing namespace is taken from others", async () => {
  const settings = { namespace: { existing: "shared" } };
  assert.equal((await found(settings, { ...shared, ...empty })).node, "node-1");
  const taken = {
    ...shared,
    ...empty,
    [`${apps}/deployments`]: items(named("registry"), named("web")),
    [`${core}/persistentvolumeclaims`]: items(named("object-store", theirs)),
    [`${core}/services`]: items(named("registry", ours)),
  };
  assert.deepEqual(await refused(settings, taken), [
    "namespace.existing: shared has deployments/registry already, and it is not this stack's: choose another namespace, or remove it",
    "namespace.existing: shared has persistentvolumeclaims/object-store already, and it is not this stack's: choose another namespace, or remove it",
  ]);
});

test("an existing namespace that admits no host port is refused", async () => {
  const strict = named("shared", { labels: { "pod-security.kubernetes.io/enforce": "restricted" } });
  const problems = await refused(
    { namespace: { existing: "shared" } },
    { ...empty, "/api/v1/namespaces/shared": strict },
  );
  assert.match(
    problems[0] ?? "",
    /enforces the Pod Security Standard restricted, and the gateway opens a host port/,
  );
});

test("it may admit none where nothing opens one", async () => {
  const strict = named("shared", { labels: { "pod-security.kubernetes.io/enforce": "restricted" } });
  const settings = {
    ...{ namespace: { existing: "shared" }, expose: "loadBalancer" },
    storage: { ...external, endpoint: "https://s3.invalid" },
  };
  const answers = { ...empty, "/api/v1/namespaces/shared": strict };
  assert.equal((await found(settings, answers, { preview: true })).clusterId, "uid-1");
});
