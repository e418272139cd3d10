/**
 * The registry on MinIO: used, with keys that reach no further than its bucket, with the console, kept and taken over.
 * Against the local cluster in $KUBECONFIG; `node local/test/run.ts e2e minio` makes one.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, type BucketAddress } from "../../s3/client.ts";
import { giveMinio } from "../support/minio-image.ts";
import { onNode, trustOnEach } from "../support/nodes.ts";
import { nodesOf, proofs } from "../support/proofs.ts";
import { kubectl, nodeAddresses, type Person, Site } from "../support/site.ts";
import { bucketAsRoot, secretValue } from "../support/store-keys.ts";
import { assertPullSecret, assertRoles, pushAllKinds } from "../support/usage.ts";
import { assertWhole, digestsOf } from "../support/whole-images.ts";

const namespace = "minio-e2e";
const port = 5053;
let site: Site;
let person: Person;
let address: string;
let nodes: readonly string[];
let untouched: Readonly<Record<string, string>>;
let digests: ReadonlyMap<string, string>;

before(async () => {
  await giveMinio();
  const addresses = await nodeAddresses();
  nodes = Object.keys(addresses);
  address = addresses["node-1"] ?? "";
  for (const name of ["minio-apps", "minio-strangers"]) await kubectl("create", "namespace", name);
  untouched = await trustOnEach(nodes);
  site = await newSite();
});

const newSite = () =>
  Site.create("minio", {
    cluster: { kubeconfig: process.env.KUBECONFIG },
    nodeAddress: address,
    namespace,
    port: `${port}`,
    // A durable one syncs all file systems of the machine, so also the one that is cut off in the file beside this.
    storage: { server: "minio", reachAt: `${address}:${port + 1}`, durable: false },
    pullSecret: { namespaces: ["minio-apps"] },
  });

after(async () => {
  await site?.end();
  await kubectl("delete", "namespace", "minio-apps", "minio-strangers", "--ignore-not-found", "--wait=false");
});

test("up ends with a proof on each node, and nothing changes by itself", async () => {
  await site.must("up");
  assert.deepEqual(nodesOf(await proofs(namespace)), nodes);
  person = await site.person(address);
  assert.deepEqual([...new Set((await site.must("refresh")).steps.map(({ op }) => op))], ["refresh"]);
  assert.deepEqual((await site.must("preview")).changes, []);
});

test("images of all kinds are pushed and pulled, by who may", async () => {
  const pushed = await pushAllKinds(person);
  await assertRoles(person);
  await assertPullSecret(person.crane.image("many:1"), { with: "minio-apps", without: "minio-strangers" });
  digests = await digestsOf(person, pushed);
  await assertWhole(person, digests);
});

/** The bucket, as the registry's keys open it, or those of the store. */
async function bucketOf(who: "registry" | "root"): Promise<BucketAddress> {
  const { storage } = JSON.parse(await secretValue(namespace, "registry-config", "config.yml"));
  const { bucket, accesskey, secretkey } = storage.s3;
  const root = await bucketAsRoot(namespace, `https://${address}:${port + 1}`, bucket);
  return who === "root" ? root : { ...root, accessKey: accesskey, secretKey: secretkey };
}

test("the registry's keys are of a user that may use its bucket and nothing else", async () => {
  const [registry, root] = await Promise.all([bucketOf("registry"), bucketOf("root")]);
  const status = async (whose: BucketAddress, method: "GET" | "PUT" | "DELETE", bucket: string, key = "") =>
    (await ask({ ...whose, bucket }, { method, key })).status;
  assert.equal(await status(root, "PUT", "others"), 200);
  assert.equal(await status(root, "PUT", "others", "note"), 200);
  assert.equal(await status(registry, "GET", registry.bucket), 200);
  assert.equal(await status(registry, "PUT", registry.bucket, "probe"), 200);
  assert.equal(await status(registry, "DELETE", registry.bucket, "probe"), 204);
  const refused = await Promise.all([
    status(registry, "GET", "others"),
    status(registry, "GET", "others", "note"),
    status(registry, "PUT", "others", "note"),
    status(registry, "PUT", "more"),
    status(registry, "DELETE", registry.bucket),
    status(registry, "GET", "minio", "admin/v3/info"),
    status(registry, "GET", "minio", "admin/v3/list-users"),
  ]);
  assert.deepEqual([...new Set(refused)], [403]);
  assert.equal(await status(root, "GET", "minio", "admin/v3/info"), 200);
});

test("the console is there, from the store's node, for who has the store's keys", async () => {
  const { accessKey, secretKey, bucket, caCertificate } = await bucketOf("root");
  const service = ["-n", namespace, "get", "service", "object-store", "-o", "jsonpath={.spec.clusterIP}"];
  const name = `object-store.${namespace}.svc:9001`;
  const trusted = `--cacert /tmp/minio-ca.crt --resolve ${name}:${(await kubectl(...service)).trim()}`;
  await onNode("node-1", `cat > /tmp/minio-ca.crt <<'END'\n${caCertificate}\nEND`);
  const ask = (path: string, more = "") =>
    onNode(
      "node-1",
      `curl --silent --show-error ${trusted} -w '%{http_code}' ${more} https://${name}/api/v1/${path}`,
    );
  const signIn = (keys: object) =>
    ask("login", `-c /tmp/minio-jar -H 'content-type: application/json' -d '${JSON.stringify(keys)}'`);
  assert.match(await signIn({ accessKey: "somebody", secretKey: "else-entirely" }), /401$/);
  assert.match(await signIn({ accessKey, secretKey }), /204$/);
  const buckets = await ask("buckets", "-b /tmp/minio-jar");
  await onNode("node-1", "rm /tmp/minio-ca.crt /tmp/minio-jar");
  assert.match(buckets, new RegExp(`"name":"${bucket}"[^]*200$`));
});

test("destroy leaves what kept lists, and the next up takes it over without a state: other keys, the same images", async () => {
  const { kept } = await site.stack.outputs();
  assert.deepEqual(kept, [
    `namespace ${namespace}`,
    `claim ${namespace}/object-store`,
    "bucket registry-edge",
    `configmap ${namespace}/edge-registry-kept`,
  ]);
  await kubectl("-n", "minio-apps", "delete", "pod", "--all", "--wait=false");
  await site.must("destroy");
  assert.deepEqual(await trustOnEach(nodes), untouched);
  const amnesiac = await newSite();
  await site.remove();
  site = amnesiac;
  await site.must("up");
  person = await site.person(address);
  await assertWhole(person, digests);
  await person.crane.pushEmpty("regUser", "new:1");
});

test("with keepImages false all goes", async () => {
  await site.set({ keepImages: "false" });
  await site.must("up");
  await site.must("destroy");
  assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
  assert.deepEqual(await trustOnEach(nodes), untouched);
});
