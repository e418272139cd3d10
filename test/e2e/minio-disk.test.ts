/**
 * What MinIO keeps on a disk: it outlives a power cut, fills it up, and one that somebody set up by hand is taken over.
 * Against the local cluster in $KUBECONFIG; `node local/test/run.ts e2e minio` makes one.
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { identityOf } from "../../local/cluster/identity.ts";
import { eventually } from "../../local/test/support/cli.ts";
import { ask } from "../../s3/client.ts";
import { digestOfMebibytes, mebibytes, upload } from "../support/blobs.ts";
import { Crane } from "../support/crane.ts";
import { assertOnlyThatPushFails } from "../support/full-disk.ts";
import { LoopVolume } from "../support/loop-volume.ts";
import { putManifest } from "../support/manifests.ts";
import { MinioByHand, MinioConsole } from "../support/minio.ts";
import { giveMinio } from "../support/minio-image.ts";
import { clusterName, onNode } from "../support/nodes.ts";
import { freePort, Program } from "../support/program.ts";
import { accountOf, nodeAddresses, type Person, Site } from "../support/site.ts";
import { bucketAsRoot } from "../support/store-keys.ts";
import { lossesIn } from "../support/stored-images.ts";

const namespace = "minio-disk";
const path = "/var/lib/edge-minio";
const port = 5055;
let address: string;
let volume: LoopVolume;
let site: Site;
let person: Person;
let scratch: string;

before(async () => {
  await giveMinio();
  address = (await nodeAddresses())["node-1"] ?? "";
  scratch = await mkdtemp("/tmp/edge-registry-minio-");
  volume = await LoopVolume.mount("node-1", path, 256);
  site = await siteOn("minio-disk", namespace, port, { hostPath: path });
  await site.must("up");
  person = await site.person(address);
});

after(async () => {
  await site?.end();
  await volume?.remove();
  await rm(scratch, { recursive: true });
});

const placed = (at: number, storage: object) => ({
  port: `${at}`,
  storage: { server: "minio", reachAt: `${address}:${at + 1}`, ...storage },
});

const siteOn = (name: string, where: string, at: number, storage: object, more: object = {}) =>
  Site.create(name, {
    cluster: { kubeconfig: process.env.KUBECONFIG },
    nodeAddress: address,
    namespace: where,
    ...placed(at, storage),
    pullSecret: { namespaces: [] },
    proof: "off",
    nodeTrust: "off",
    keepImages: "false",
    ...more,
  });

const account = () => accountOf(person, "regUser");

/** Pushes an image of one layer; the digests of its manifest and its layer. */
async function push(name: string, tag: string, count = 1): Promise<readonly [string, string]> {
  const seed = `${name}:${tag}`;
  const digest = await digestOfMebibytes(seed, count);
  await upload(person.https, account(), name, { digest, bytes: Readable.from(mebibytes(seed, count)) });
  const mediaType = "application/vnd.oci.image.layer.v1.tar";
  const layers = [{ mediaType, digest, size: count * 1024 * 1024 }];
  const { descriptor } = await putManifest(person.https, account(), name, tag, { layers });
  return [descriptor.digest, digest];
}

/** What a power cut at this moment would take of these images, which are known by their tags in `app`. */
const losses = (images: ReadonlyMap<string, readonly [string, string]>) =>
  volume.afterPowerCut(async (folder) => {
    const server = await MinioByHand.start(folder);
    const copy = await mkdtemp(join(scratch, "copy-"));
    await server.copyOut("registry-edge", copy).finally(() => server.kill());
    return lossesIn(copy, {
      digests: new Set([...images.values()].flat()),
      tags: new Map([...images].map(([tag, [manifest]]) => [`app:${tag}`, manifest])),
    });
  });

test("what was acknowledged is there after a power cut that comes the moment a push returns", async () => {
  const images = new Map<string, readonly [string, string]>();
  for (const [round, size] of [1, 1, 1, 40].entries()) {
    images.set(`${round}`, await push("app", `${round}`, size));
    assert.deepEqual(await losses(images), [], `round ${round}`);
  }
});

test("who takes that risk loses pushes, by the same look", async () => {
  await site.set(placed(port, { hostPath: path, durable: false }));
  await site.must("up");
  const lost = new Set<string>();
  // The file system's own sync, which comes every five seconds, may be in time for one.
  for (let round = 0; round < 6 && lost.size === 0; round += 1)
    for (const loss of await losses(new Map([[`risky-${round}`, await push("app", `risky-${round}`)]])))
      lost.add(loss);
  assert.ok(lost.size > 0, "six pushes outlived a cut without being synced");
  await site.set(placed(port, { hostPath: path }));
  await site.must("up");
  assert.deepEqual(await losses(new Map([["safe", await push("app", "safe")]])), []);
});

test("a disk that fills up in the middle of a push fails that push and says so, and nothing else", async () => {
  const [manifest, layer] = await push("old", "1");
  await push("gone", "1");
  await assertOnlyThatPushFails(person, volume, { manifest, layer });
  await volume.makeRoom();
  // It looks at the disk once in a while.
  await eventually("the room to be noticed", 5, async () => Boolean(await push("new", "1", 8)));
});

test("a bucket that somebody made in MinIO's console is taken over with all that is in it", async (t) => {
  const bucket = "images-of-the-whole-factory"; // longer than the name of a user may be
  const folder = "/var/lib/edge-minio-by-hand";
  const here = join(identityOf(clusterName()).directory, "machines/node-1", folder);
  await rm(here, { recursive: true, force: true });
  await mkdir(here, { recursive: true });
  const theirs = await MinioByHand.start(here);
  t.after(() => theirs.kill());
  const { accessKeyId: accesskey, secretAccessKey: secretkey } = MinioByHand.keys;
  const console = new MinioConsole(theirs.consoleUrl);
  await console.signIn(accesskey, secretkey);
  await console.makeBucket(bucket);
  await console.openToAnybody(bucket);
  const at = await freePort();
  const config = join(scratch, "registry.yml");
  const s3 = { bucket, region: "us-east-1", regionendpoint: theirs.url, forcepathstyle: true };
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      storage: { s3: { ...s3, accesskey, secretkey, secure: false } },
      http: { addr: `127.0.0.1:${at}` },
    }),
  );
  const registry = new Program({
    ...{ command: ["registry", "serve", config], port: at },
    env: { OTEL_TRACES_EXPORTER: "none" },
  });
  t.after(() => registry.kill());
  await registry.start();
  const by = new Crane(join(scratch, "by-hand"), `127.0.0.1:${at}`, person.authority);
  await mkdir(join(scratch, "by-hand/them"), { recursive: true });
  await by.pushEmpty("them", "theirs:1");
  const digest = await by.run("them", "digest", by.image("theirs:1"));
  await registry.kill();
  await theirs.stop();

  await onNode("node-1", `touch ${folder}/.edge-registry`);
  const storage = { hostPath: folder, adopt: true };
  const adopting = await siteOn("minio-by-hand", "minio-by-hand", port + 2, storage, { bucket });
  t.after(() => adopting.end());
  const refused = await adopting.stack.up();
  assert.notEqual(refused.code, 0);
  const sentence = `bucket: people without a key may read or list bucket ${bucket}: take from its policy`;
  assert.ok(`${refused.stdout}${refused.stderr}`.includes(sentence), refused.stdout);
  const root = await bucketAsRoot("minio-by-hand", `https://${address}:${port + 3}`, bucket);
  assert.equal((await ask(root, { method: "DELETE", query: { policy: "" } })).status, 204);
  await adopting.must("up");
  const { crane } = await adopting.person(address);
  assert.equal(await crane.run("regPuller", "digest", crane.image("theirs:1")), digest);
  await crane.run("regPuller", "validate", "--remote", crane.image("theirs:1"));
  await crane.pushEmpty("regUser", "ours:1");
  assert.deepEqual((await adopting.must("preview")).changes, []);
});
