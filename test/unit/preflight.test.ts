import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { servedAnnotation } from "../../render/names.ts";
import { PreflightError, preflight } from "../../stacks/preflight.ts";
import { items, named, node, storageClass } from "../support/cluster-objects.ts";
import { external, least, meant } from "../support/example-settings.ts";
import { type Answers, KubeApi, refusal } from "../support/kube-api.ts";
import { authority } from "../support/mocks.ts";

let api: KubeApi;
before(async () => {
  api = await KubeApi.start();
});
after(() => api.stop());
beforeEach(() => {
  api.asked.length = 0;
});

const stack = "edge-registry.dev";
const ours = { labels: { "edge-registry/stack": stack } };
const theirs = { labels: { "edge-registry/stack": "edge-registry.other" } };

/** A new cluster of two nodes. */
const cluster: Answers = {
  "/api/v1/namespaces/kube-system": named("kube-system", { uid: "uid-1" }),
  "/api/v1/namespaces/default": named("default"),
  "/api/v1/namespaces/default/serviceaccounts/default": named("default"),
  "/api/v1/nodes": items(node("node-1", "192.0.2.10"), node("node-2", "192.0.2.11")),
  "/apis/storage.k8s.io/v1/storageclasses": items(
    storageClass("slow"),
    storageClass("local-path", { isDefault: true, provisioner: "rancher.io/local-path" }),
  ),
};

async function found(
  settings: Readonly<Record<string, unknown>> = {},
  answers: Answers = {},
  { preview = false, kubeconfig = api.kubeconfig } = {},
) {
  api.answers = { ...cluster, ...answers };
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const asked = meant({ ...least, cluster: { kubeconfig }, ...settings });
  return { ...(await preflight({ settings: asked, stack, preview, now: new Date(), warn })), warnings };
}

/** All that is said of a cluster that cannot have the stack. */
async function refused(...given: Parameters<typeof found>): Promise<readonly string[]> {
  try {
    await found(...given);
  } catch (error) {
    assert.ok(error instanceof PreflightError, `${error}`);
    return error.message.split("\n");
  }
  assert.fail("expected a refusal");
}

test("a new cluster tells its id, the node and the class, and is only read", async () => {
  assert.deepEqual(await found(), {
    clusterId: "uid-1",
    server: api.server,
    node: "node-1",
    storageClass: "local-path",
    volumeNode: "node-1",
    bucketExists: false,
    servedBy: [],
    hostFolders: ["/etc"],
    warnings: ["storage.size: 10Gi is only a wish, local-path makes plain directories without a limit"],
  });
  assert.deepEqual(
    api.asked.filter((one) => !one.startsWith("GET ")),
    [],
  );
});

test("the address of no node is refused with those that there are", async () => {
  assert.deepEqual(await refused({ nodeAddress: "192.0.2.99" }), [
    "nodeAddress: expected the address of a node of this cluster, got 192.0.2.99; it has 192.0.2.10 (node-1), 192.0.2.11 (node-2): pulumi config set edge-registry:nodeAddress ADDRESS",
  ]);
});

test("the class is the first of the wanted that exists, the claim's own, or the default one", async () => {
  const wanted = { storage: { storageClasses: ["fast", "slow", "local-path"] } };
  const slow = await found(wanted);
  assert.deepEqual([slow.storageClass, slow.volumeNode], ["slow", undefined]);
  const other = { storage: { storageClasses: ["local-path", "slow"] } };
  assert.equal((await found(other)).storageClass, "local-path");
  const claim = "/api/v1/namespaces/edge-registry/persistentvolumeclaims/object-store";
  const kept = { [claim]: { ...named("object-store"), spec: { storageClassName: "gone" } } };
  const own = await found(wanted, kept);
  assert.deepEqual([own.storageClass, own.volumeNode], ["gone", undefined]);
  const none = await found({ storage: { hostPath: "/var/lib/edge-registry" } });
  assert.equal(none.storageClass, undefined);
  const remedy =
    "name one of its own, or a directory of the node with pulumi config set --path edge-registry:storage.hostPath /var/lib/edge-registry";
  assert.deepEqual(await refused({ storage: { storageClasses: ["fast", "faster"] } }), [
    `storage.storageClasses: expected one of fast, faster in this cluster, it has slow, local-path: ${remedy}`,
  ]);
  assert.deepEqual(await refused({}, { "/apis/storage.k8s.io/v1/storageclasses": items() }), [
    `storage.storageClasses: expected a default class in this cluster, it has none: ${remedy}`,
  ]);
});

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
});

test("a kept bucket is adopted by its mark, or by the setting", async () => {
  assert.equal((await found({ storage: { adopt: true } })).bucketExists, true);
  const mark = "/api/v1/namespaces/edge-registry/configmaps/edge-registry-kept";
  const marked = { [mark]: { ...named("kept", ours), data: { bucket: "registry-edge" } } };
  assert.equal((await found({}, marked)).bucketExists, true);
  assert.equal((await found({ bucket: "another" }, marked)).bucketExists, false);
});

test("a claim that the settings no longer use is noticed, where it is this stack's and stays", async () => {
  const path = "/api/v1/namespaces/edge-registry/persistentvolumeclaims/object-store";
  const storage = { ...external, endpoint: "https://s3.invalid" };
  const left = async (metadata: object, settings: Readonly<Record<string, unknown>> = { storage }) =>
    (await found(settings, { [path]: { ...named("object-store", metadata), spec: {} } }, { preview: true }))
      .claimLeft;
  assert.equal(await left(ours), true);
  assert.equal(await left(ours, { storage: { hostPath: "/var/lib/images" } }), true);
  assert.equal(await left(ours, {}), undefined, "it is used");
  assert.equal(await left(theirs), undefined);
  assert.equal(await left({ ...ours, deletionTimestamp: "2026-01-01T00:00:00Z" }), undefined);
});

test("whose certificates are shown now is what the Deployment notes, else whom nodes trust", async () => {
  const { certificate } = authority;
  const deployment = "/apis/apps/v1/namespaces/edge-registry/deployments/registry";
  const files = "/api/v1/namespaces/edge-registry-nodes/configmaps/node-trust";
  const noted = (metadata: object, text: string) =>
    named("registry", { ...metadata, annotations: { [servedAnnotation]: text } });
  const bundle = { ...named("node-trust", ours), data: { "ca.crt": `${certificate}${certificate}` } };
  const servedBy = async (answers: Answers) => (await found({}, answers)).servedBy;
  assert.deepEqual(await servedBy({ [deployment]: noted(ours, certificate), [files]: bundle }), [
    certificate,
  ]);
  assert.deepEqual(await servedBy({ [deployment]: named("registry", ours), [files]: bundle }), [
    ...[certificate, certificate],
  ]);
  assert.deepEqual(await servedBy({ [deployment]: noted(theirs, certificate) }), [], "another stack's");
  assert.deepEqual(await servedBy({ [deployment]: noted(ours, "nonsense") }), []);
});

test("a node port that most clusters refuse is warned of", async () => {
  const storage = { hostPath: "/var/lib/edge-registry" };
  const warned = async (port: string, expose = "nodePort") =>
    (await found({ expose, port, storage })).warnings;
  assert.deepEqual(await warned("5045"), [
    "port: 5045 is refused as a node port unless the API server's --service-node-port-range has it, as 30000-32767 does not: pulumi config set edge-registry:port 30045",
  ]);
  for (const port of ["29999", "32768"]) assert.equal((await warned(port)).length, 1, port);
  for (const port of ["30000", "32767"]) assert.deepEqual(await warned(port), [], port);
  assert.deepEqual(await warned("5045", "hostPort"), []);
});

test("all problems are told at once", async () => {
  const problems = await refused(
    { nodeAddress: "192.0.2.99", storage: { storageClasses: ["fast"] } },
    { "/api/v1/namespaces/edge-registry": named("edge-registry") },
  );
  assert.deepEqual(
    problems.map((problem) => problem.split(":")[0]),
    ["nodeAddress", "storage.storageClasses", "namespace"],
  );
});

test("a cluster that cannot be asked ends an up, and is a warning in a preview", async () => {
  const forbidden = { "/api/v1/nodes": refusal(403, "nodes is forbidden: User u cannot list it") };
  const sentence = "the cluster cannot be asked: nodes is forbidden: User u cannot list it";
  assert.deepEqual(await refused({}, forbidden), [sentence]);
  const { warnings, clusterId, bucketExists } = await found({}, forbidden, { preview: true });
  assert.deepEqual(warnings, [`${sentence}; the preview is made without it`]);
  assert.deepEqual([clusterId, bucketExists], [undefined, false]);
  const absent = { kubeconfig: "/nonexistent/kubeconfig" };
  assert.match((await refused({}, {}, absent)).join(), /^the cluster cannot be asked: the kubeconfig/);
  assert.equal((await found({}, {}, { ...absent, preview: true })).warnings.length, 1);
});

test("what the cluster and an S3 service outside have against it is told at once, and of both that are away", async () => {
  const storage = { ...external, endpoint: "https://s3.invalid" };
  const away = /^storage\.endpoint: https:\/\/s3\.invalid cannot be reached from this machine/;
  const [address = "", service = ""] = await refused({ nodeAddress: "192.0.2.99", storage });
  assert.match(address, /^nodeAddress: /);
  assert.match(service, away);
  const absent = { kubeconfig: "/nonexistent/kubeconfig", preview: true };
  const { warnings } = await found({ storage }, {}, absent);
  assert.match(warnings[0] ?? "", /^the cluster cannot be asked/);
  assert.match(warnings[1] ?? "", away);
  assert.equal(warnings.length, 2);
  // Classes of the cluster's are no matter of such a store.
  const without = await found(
    { storage },
    { "/apis/storage.k8s.io/v1/storageclasses": items() },
    { preview: true },
  );
  assert.equal(without.storageClass, undefined);
});

test("a problem that was found is told in a preview too", async () => {
  await assert.rejects(found({ nodeAddress: "192.0.2.99" }, {}, { preview: true }), PreflightError);
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

test("a host is taken by an Ingress of the cluster's default class, where the settings leave the class to that", async () => {
  const classed = (name: string, isDefault: boolean) => ({
    ...named(name, { annotations: { "ingressclass.kubernetes.io/is-default-class": `${isDefault}` } }),
    spec: { controller: "k8s.io/ingress-nginx" },
  });
  const led = (name: string, ingressClassName: string) => ({
    ...named(name, { namespace: "other", ...theirs }),
    spec: { ingressClassName, rules: [{ host: "registry.example", http: { paths: [{ path: "/" }] } }] },
  });
  const answers = {
    "/apis/networking.k8s.io/v1/ingressclasses": items(classed("inside", false), classed("outside", true)),
    "/apis/networking.k8s.io/v1/ingresses": items(led("one", "inside"), led("two", "outside")),
  };
  const said = await refused({ expose: "ingress", host: "registry.example" }, answers);
  assert.deepEqual(
    said.filter((line) => line.startsWith("host:")),
    ["host: Ingress other/two has registry.example already: pulumi config set edge-registry:host ANOTHER"],
  );
});
