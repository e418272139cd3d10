import assert from "node:assert/strict";
import { test } from "node:test";
import { servedAnnotation } from "../../render/names.ts";
import { PreflightError } from "../../stacks/preflight.ts";
import { items, named, storageClass } from "../support/cluster-objects.ts";
import { external } from "../support/example-settings.ts";
import { type Answers, refusal } from "../support/kube-api.ts";
import { authority } from "../support/mocks.ts";
import { api, found, ours, refused, theirs } from "../support/preflighted.ts";

const claim = "/api/v1/namespaces/edge-registry/persistentvolumeclaims/object-store";
const claimOf = (storageClassName: string, storage: string) => ({
  ...named("object-store"),
  spec: { storageClassName, resources: { requests: { storage } } },
});

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
  const kept = { [claim]: claimOf("gone", "10Gi") };
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

test("a claim that is there keeps its size, unless its class can grow it", async () => {
  const size = (wanted: string, { grows = false, has = "10Gi" } = {}) =>
    found(
      { storage: { size: wanted } },
      {
        [claim]: claimOf("fast", has),
        "/apis/storage.k8s.io/v1/storageclasses/fast": {
          ...storageClass("fast"),
          allowVolumeExpansion: grows,
        },
      },
    );
  const back = "set it back with pulumi config set --path edge-registry:storage.size 10Gi";
  await assert.rejects(size("5Gi", { grows: true }), {
    message: `storage.size: the claim object-store has 10Gi, and no claim shrinks: ${back}`,
  });
  await assert.rejects(size("20Gi"), {
    message: `storage.size: the claim object-store has 10Gi, and its class fast grows no volumes: ${back}`,
  });
  assert.equal((await size("20Gi", { grows: true })).storageClass, "fast");
  assert.equal((await size("1Ti", { has: "1024Gi" })).storageClass, "fast", "it is the same");
});

const mark = "/api/v1/namespaces/edge-registry/configmaps/edge-registry-kept";
const marked = (data: Readonly<Record<string, string>>) => ({ [mark]: { ...named("kept", ours), data } });

test("a kept bucket is adopted by its mark, or by the setting", async () => {
  assert.equal((await found({ storage: { adopt: true } })).bucketExists, true);
  const images = { bucket: "registry-edge" };
  assert.equal((await found({}, marked(images))).bucketExists, true);
  assert.equal((await found({ bucket: "another" }, marked(images))).bucketExists, false);
  const inClaim = marked({ ...images, claim: "edge-registry/object-store" });
  assert.equal((await found({}, { ...inClaim, [claim]: claimOf("fast", "10Gi") })).bucketExists, true);
  assert.equal((await found({}, inClaim)).bucketExists, false, "its volume is gone");
});

test("that another bucket begins empty is told", async () => {
  const { warnings } = await found({ bucket: "another" }, marked({ bucket: "registry-edge" }));
  assert.ok(
    warnings.includes(
      "bucket: the images are in registry-edge, and up moves none to another, which begins empty: to keep them run: pulumi config set edge-registry:bucket registry-edge",
    ),
    warnings.join("\n"),
  );
});

test("a claim that the settings no longer use is noticed, where it is this stack's and stays", async () => {
  const storage = { ...external, endpoint: "https://s3.invalid" };
  const left = async (metadata: object, settings: Readonly<Record<string, unknown>> = { storage }) =>
    (await found(settings, { [claim]: { ...named("object-store", metadata), spec: {} } }, { preview: true }))
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

test("a priority class that is not there is refused, and a cluster that measures nothing is warned of", async () => {
  assert.deepEqual(await refused({ priorityClass: "important" }), [
    "priorityClass: expected a PriorityClass of this cluster, got important, which is not there: kubectl get priorityclasses shows those that are",
  ]);
  const classes = { "/apis/scheduling.k8s.io/v1/priorityclasses/important": named("important") };
  await found({ priorityClass: "important" }, classes);
  const scaled = { expose: "nodePort", port: "30045", replicas: { least: 2, most: 4 } };
  const { warnings } = await found(scaled);
  assert.match(
    warnings.join("\n"),
    /^replicas\.most: this cluster measures no pods .*: install metrics-server$/m,
  );
  const measured = await found(scaled, { "/apis/metrics.k8s.io/v1beta1": { kind: "APIResourceList" } });
  assert.doesNotMatch(measured.warnings.join("\n"), /replicas\.most/);
});
