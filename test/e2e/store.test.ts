/**
 * The object store at its limits: a disk that is full, a file system that loses what was acknowledged, and who may see
 * its keys. Against the local cluster in $KUBECONFIG; `node local/test/run.ts e2e store` makes one.
 */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { digestOf, digestOfMebibytes, mebibytes, upload } from "../support/blobs.ts";
import { assertOnlyThatPushFails } from "../support/full-disk.ts";
import { LoopVolume } from "../support/loop-volume.ts";
import { putManifest } from "../support/manifests.ts";
import { onNode } from "../support/nodes.ts";
import { accountOf, kubectl, nodeAddresses, type Person, Site } from "../support/site.ts";

const namespace = "store-e2e";
const disk = "/var/lib/edge-small-disk";
const losing = "/var/lib/edge-losing";
let address: string;
let volume: LoopVolume;
let site: Site;
let person: Person;
/** What was pushed while there was room. */
const old = Buffer.concat([Buffer.from("old"), Buffer.alloc(3 * 1024 * 1024, 7)]);
let oldImage: string;

const account = () => accountOf(person, "regUser");

before(async () => {
  address = (await nodeAddresses())["node-1"] ?? "";
  volume = await LoopVolume.mount("node-1", disk, 128);
  site = await siteOn("store", namespace, 5091, { hostPath: disk });
  await site.must("up");
  person = await site.person(address);
});

after(async () => {
  await site?.end();
  await volume?.remove();
});

const placed = (port: number, storage: object) => ({
  port: `${port}`,
  storage: { reachAt: `${address}:${port + 1}`, ...storage },
});

const siteOn = (name: string, where: string, port: number, storage: object) =>
  Site.create(name, {
    cluster: { kubeconfig: process.env.KUBECONFIG },
    nodeAddress: address,
    namespace: where,
    ...placed(port, storage),
    pullSecret: { namespaces: [] },
    proof: "off",
    nodeTrust: "off",
    keepImages: "false",
  });

test("no process has a key of the store, of the registry or a password in its environment or arguments", async () => {
  const secrets = JSON.parse(await kubectl("-n", namespace, "get", "secrets", "-o", "json"));
  const data: readonly Readonly<Record<string, string>>[] = secrets.items.map(
    (secret: { data?: object }) => secret.data ?? {},
  );
  const text = (key: string) => Buffer.from(data.find((one) => key in one)?.[key] ?? "", "base64").toString();
  const { http } = JSON.parse(text("config.yml"));
  const held = [
    text("user"),
    text("password"),
    http.secret,
    ...person.accounts.map(({ password }) => password),
  ];
  assert.ok(held.length >= 5 && held.every((secret) => secret.length >= 12), `${held.length}`);
  const seen = await onNode(
    "node-1",
    "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n'",
  );
  // It is all there: the server's arguments, and the root keys that it made up and nobody else knows.
  assert.match(seen, /^--iam-dir$/m);
  assert.match(seen, /^ROOT_SECRET_ACCESS_KEY=[0-9a-f-]{36}$/m);
  assert.deepEqual(
    held.filter((secret) => seen.includes(secret)).map((secret) => held.indexOf(secret)),
    [],
  );
});

/** The containers that run: one that was started anew has another id. */
async function running(): Promise<readonly string[]> {
  const ids = ["initContainerStatuses", "containerStatuses"].map(
    (statuses) => `{.items[*].status.${statuses}[*].containerID}`,
  );
  const text = await kubectl("-n", namespace, "get", "pods", "-o", `jsonpath=${ids.join(" ")}`);
  return text.trim().split(/\s+/).sort();
}

async function pushesWork(): Promise<void> {
  const { https, crane } = person;
  const seed = crypto.randomUUID();
  const digest = await digestOfMebibytes(seed, 8);
  await upload(https, account(), "new", { digest, bytes: Readable.from(mebibytes(seed, 8)) });
  await crane.pushEmpty("regUser", "new:1");
}

test("a disk that fills up in the middle of a push fails that push and says so, and nothing else", async () => {
  const { https, crane } = person;
  await upload(https, account(), "old", { digest: digestOf(old), bytes: old });
  const layer = {
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    digest: digestOf(old),
    size: old.length,
  };
  oldImage = (await putManifest(https, account(), "old", "1", { layers: [layer] })).descriptor.digest;
  await crane.pushEmpty("regUser", "gone:1");
  const before = await running();

  await assertOnlyThatPushFails(person, volume, { manifest: oldImage, layer: digestOf(old) });

  // Once there is room, pushes work, and nothing was started anew for it.
  await volume.makeRoom();
  await pushesWork();
  assert.deepEqual(await running(), before);
});

test("a store that starts while its disk is full, as after a power cut, serves what it has", async () => {
  const { crane } = person;
  for (const block of ["64k", "4k"]) await volume.fill(block, block);
  await assert.rejects(crane.pushEmpty("regUser", "late:1"), /it may be full/);
  await kubectl("-n", namespace, "rollout", "restart", "deployment/object-store");
  await kubectl("-n", namespace, "rollout", "status", "deployment/object-store", "--timeout=60s");
  assert.equal(await crane.run("regPuller", "digest", crane.image("old:1")), oldImage);
  await volume.makeRoom();
  await pushesWork();
});

test("a file system that would lose pushes is refused by its name with the ways out, one of which is the risk", async (t) => {
  await onNode("node-1", `mkdir -p ${losing} && mount -t tmpfs -o size=64m tmpfs ${losing}`);
  const risky = await siteOn("risky", "store-risky", 5089, { hostPath: losing });
  t.after(async () => {
    await risky.end();
    await onNode("node-1", `umount -l ${losing} && rmdir ${losing}`);
  });
  const { code, stdout } = await risky.stack.up();
  assert.notEqual(code, 0);
  assert.match(
    stdout,
    /\/var\/lib\/edge-losing on this node is on tmpfs, where a power cut may take pushes .*storage\.durable false/,
  );
  await risky.set(placed(5089, { hostPath: losing, durable: false }));
  await risky.must("up");
});
