/**
 * The target cloud: images in an S3 service outside the cluster, which the nodes and the machine reach by the network.
 * Against the cluster in $KUBECONFIG, with versitygw on PATH; `node local/test/run.ts e2e cloud` makes one.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { s3ServerOutside } from "../support/outside.ts";
import { nodesOf, proofs } from "../support/proofs.ts";
import type { S3Server } from "../support/s3-server.ts";
import { kubectl, nodeAddresses, type Person, Site } from "../support/site.ts";

const namespace = "cloud-e2e";
const host = "registry.cloud.example";
let server: S3Server;
let site: Site;
let person: Person;
let address: string;
let nodes: readonly string[];
let digest: string;

/** The settings of the storage, with some of them changed; `undefined` leaves one out. */
const storage = (changes: Readonly<Record<string, unknown>> = {}) => {
  const { endpoint, region, accessKey, secretKey, caCertificate } = server.address;
  return { storage: { endpoint, region, accessKey, secretKey, caCertificate, ...changes } };
};

before(async () => {
  const addresses = await nodeAddresses();
  nodes = Object.keys(addresses);
  address = addresses["node-1"] ?? "";
  server = await s3ServerOutside({ address, nodes }, { region: "eu-central-1" });
  site = await Site.create("cloud", {
    target: "cloud",
    cluster: { kubeconfig: process.env.KUBECONFIG },
    nodeAddress: address,
    host,
    namespace,
    expose: "hostPort",
    port: "5095",
    nodeTrust: { hosts: true },
    pullSecret: { namespaces: [] },
    ...storage(),
  });
});

after(async () => {
  await site?.end();
  await server?.stop();
});

const files = async () => (await server.files())?.filter((file) => !file.startsWith("docker/"));

test("each wrong setting of the S3 service is told by the engine, before anything is created", async () => {
  const { endpoint } = server.address;
  const wrong: readonly (readonly [Readonly<Record<string, unknown>>, "preview" | "up", string])[] = [
    [
      { secretKey: "another-secret" },
      "preview",
      `storage.secretKey: it is not the secret of this access key`,
    ],
    [{ accessKey: "nobody" }, "preview", `storage.accessKey: ${endpoint} does not know this access key`],
    [{ region: "us-west-2" }, "preview", "not in us-west-2"],
    [{ caCertificate: undefined }, "preview", "storage.caCertificate: the certificate that"],
    [{ create: false }, "preview", `bucket: ${endpoint} has no bucket registry-edge`],
    [{ endpoint: endpoint.replace(/\d+$/, "1") }, "up", "cannot be reached from this machine"],
  ];
  for (const [changes, operation, sentence] of wrong) {
    await site.set(storage(changes));
    const { code, stdout, stderr } = await site.stack[operation]();
    assert.notEqual(code, 0, sentence);
    const said = `${stdout}${stderr}`;
    assert.ok(said.includes(sentence), said);
    assert.ok(!said.includes("another-secret") && !said.includes(server.address.secretKey), said);
  }
  const { stdout, stderr } = await site.must("preview");
  assert.match(
    `${stdout}${stderr}`,
    /warning: storage\.endpoint: .* cannot be reached .*; the preview is made without it/,
  );
  assert.equal(await server.files(), undefined);
  assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
});

test("up makes the bucket, and ends with a pull on each node", async () => {
  await site.set(storage());
  await site.must("up");
  assert.deepEqual(nodesOf(await proofs(namespace)), nodes);
  assert.deepEqual(await files(), ["edge-registry.json"]);
  const apps = await kubectl(...["-n", namespace, "get", "deployments,persistentvolumeclaims", "-o", "name"]);
  assert.equal(apps.trim(), "deployment.apps/registry");
  const { bucket, kept } = await site.stack.outputs();
  assert.equal(bucket, "registry-edge");
  assert.deepEqual(kept, [`bucket registry-edge at ${server.address.endpoint}`]);
});

test("images are pushed and pulled, and nothing changes by itself", async () => {
  person = await site.person(address);
  await person.crane.pushEmpty("regUser", "small:1");
  digest = await person.crane.run("regPuller", "digest", person.crane.image("small:1"));
  assert.deepEqual((await site.must("up")).changes, []);
  assert.deepEqual((await site.must("preview")).changes, []);
});

test("an account that may not delete is found out by the next up", async () => {
  const rights = ["ListBucket", "GetBucketLocation", "ListBucketMultipartUploads", "PutObject", "GetObject"];
  await server.allow(
    "stranger",
    "registry-edge",
    [...rights, "ListMultipartUploadParts", "AbortMultipartUpload"].map((right) => `s3:${right}`),
  );
  const { accessKey, secretKey } = server.as("stranger");
  await site.set(storage({ accessKey, secretKey }));
  const { code, stdout, stderr } = await site.stack.up();
  assert.notEqual(code, 0);
  assert.match(
    `${stdout}${stderr}`,
    /storage\.accessKey: this access key may not delete from bucket registry-edge .*: give it s3:DeleteObject/,
  );
  await site.set(storage());
});

test("another stack does not get the bucket", async (t) => {
  const other = await Site.create("other", {
    target: "cloud",
    cluster: { kubeconfig: process.env.KUBECONFIG },
    nodeAddress: address,
    namespace: "cloud-other",
    expose: "hostPort",
    ...storage(),
  });
  t.after(() => other.remove());
  const { code, stdout, stderr } = await other.stack.preview();
  assert.notEqual(code, 0);
  assert.match(
    `${stdout}${stderr}`,
    /bucket: registry-edge at \S+ has the images of stack edge-registry\.cloud: choose another/,
  );
});

test("a destroy leaves the bucket and nothing else, and the next up has its images", async () => {
  await site.must("destroy");
  const left = await kubectl("get", "namespaces", "-o", "name");
  assert.ok(!left.includes("cloud-e2e"), left);
  assert.deepEqual(await files(), ["edge-registry.json"]);
  await site.must("up");
  person = await site.person(address);
  assert.equal(await person.crane.run("regPuller", "digest", person.crane.image("small:1")), digest);
  assert.deepEqual((await site.must("up")).changes, []);
});

test("where images are not kept, the bucket that this stack made goes with them", async () => {
  await site.set({ keepImages: "false" });
  await site.must("up");
  assert.deepEqual((await site.stack.outputs()).kept, []);
  await site.must("destroy");
  assert.equal(await server.files(), undefined);
});

test("a bucket that was there before stays with all that is in it", async () => {
  await server.must({ method: "PUT" });
  await server.must({ method: "PUT", key: "report.txt", body: "ours" });
  const { stdout, stderr } = await site.must("up");
  assert.match(`${stdout}${stderr}`, /warning: bucket: registry-edge at \S+ was there before: it is used/);
  person = await site.person(address);
  await person.crane.pushEmpty("regUser", "small:2");
  assert.deepEqual((await site.stack.outputs()).kept, [`bucket registry-edge at ${server.address.endpoint}`]);
  await site.must("destroy");
  assert.deepEqual(await files(), ["edge-registry.json", "report.txt"]);
  assert.ok((await server.files())?.some((file) => file.includes("repositories/small/")));
});
