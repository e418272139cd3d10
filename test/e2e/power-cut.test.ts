/**
 * A push that was acknowledged outlives a power cut. The store's volume is a file system in a file; what a cut would
 * leave is that file as it is at the moment, mounted a second time. Against the local cluster in $KUBECONFIG;
 * `node local/test/run.ts e2e recovery` makes one.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { digestOf, mebibytes, upload } from "../support/blobs.ts";
import { LoopVolume } from "../support/loop-volume.ts";
import { putManifest } from "../support/manifests.ts";
import { onNode } from "../support/nodes.ts";
import { accountOf, kubectl, nodeAddresses, type Person, Site } from "../support/site.ts";
import { processCalled, whileStopped } from "../support/stopped.ts";
import { lossesIn, tagIn } from "../support/stored-images.ts";

const rounds = 20;
const namespace = "power-cut";
const path = "/var/lib/edge-power-cut";
const digests = new Set<string>();
const tags = new Map<string, string>();
let volume: LoopVolume;
let site: Site;
let person: Person;

before(async () => {
  const address = (await nodeAddresses())["node-1"] ?? "";
  volume = await LoopVolume.mount("node-1", path, 256);
  site = await Site.create("power-cut", {
    cluster: { kubeconfig: process.env.KUBECONFIG },
    nodeAddress: address,
    namespace,
    port: "5097",
    storage: { hostPath: path, reachAt: `${address}:5098` },
    pullSecret: { namespaces: [] },
    proof: "off",
    nodeTrust: "off",
    keepImages: "false",
  });
  await site.must("up");
  person = await site.person(address);
});

after(async () => {
  await site?.end();
  await volume?.remove();
});

/** Pushes an image of one layer, and says what the registry has answered for; the manifest is the first. */
async function push(tag: string, seed: string, size = 1): Promise<readonly [string, ...string[]]> {
  const account = accountOf(person, "regUser");
  const blocks: Buffer[] = [];
  for await (const block of mebibytes(seed, size)) blocks.push(block);
  const bytes = Buffer.concat(blocks);
  const layer = digestOf(bytes);
  await upload(person.https, account, "app", { digest: layer, bytes });
  const described = {
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    digest: layer,
    size: bytes.length,
  };
  const { descriptor } = await putManifest(person.https, account, "app", tag, { layers: [described] });
  return [descriptor.digest, layer, digestOf(Buffer.from("{}"))];
}

function acknowledged(tag: string, [manifest, ...rest]: readonly [string, ...string[]]): void {
  for (const digest of [manifest, ...rest]) digests.add(digest);
  tags.set(`app:${tag}`, manifest);
}

/** As after an update: the store's folder is looked at anew, and parts of uploads are quick from the second start on. */
async function restartStore(): Promise<void> {
  await kubectl("-n", namespace, "rollout", "restart", "deployment/object-store");
  await kubectl("-n", namespace, "rollout", "status", "deployment/object-store", "--timeout=60s");
}

const bucket = (folder: string) => `${folder}/registry-edge`;

const losses = () => volume.afterPowerCut((folder) => lossesIn(bucket(folder), { digests, tags }));

test("what was acknowledged is there after a cut that comes the moment a push returns", async () => {
  for (let round = 0; round < rounds; round += 1) {
    if (round === rounds / 2) await restartStore();
    acknowledged("latest", await push("latest", `layer ${round}`)); // a tag that moves
    assert.deepEqual(await losses(), [], `round ${round}`);
  }
  // In as many parts as large layers are written and copied in.
  acknowledged("large", await push("large", "large", 40));
  assert.deepEqual(await losses(), [], "a large layer");
});

test("a cut in the middle of a push leaves a tag at the old image or the new, and nothing broken", async () => {
  const store = await processCalled("versitygw", namespace);
  let [old] = await push("moving", "moving from");
  const caught = new Set<string>();
  for (let round = 0; round < 12; round += 1) {
    const pushing = push("moving", `moving ${round}`);
    pushing.catch(() => undefined); // awaited below
    await sleep(round * 40); // somewhere in the push, from its first request to beyond its last
    const leads = await whileStopped(store, () =>
      volume.afterPowerCut(async (folder) => {
        assert.deepEqual(await lossesIn(bucket(folder), { digests, tags }), [], `round ${round}`);
        return await tagIn(bucket(folder), "app:moving");
      }),
    );
    const [manifest] = await pushing;
    assert.ok(leads === old || leads === manifest, `${leads} in round ${round}`);
    caught.add(leads === old ? "before" : "after");
    old = manifest;
  }
  assert.ok(caught.has("before"), "no cut came in the middle of a push");
});

test("without the flag the same look finds losses, and the store's next start mends it", async () => {
  await onNode("node-1", `chattr -R -S ${path}`);
  const [manifest, ...rest] = await push("unsafe", "unsafe");
  const unsafe = { digests: new Set([manifest, ...rest]), tags: new Map([["app:unsafe", manifest]]) };
  const look = () => volume.afterPowerCut((folder) => lossesIn(bucket(folder), unsafe));
  const seen = await look();
  assert.ok(seen.length > 0);
  await restartStore();
  assert.deepEqual(await look(), []); // the walk has synced what was there
  acknowledged("safe", await push("safe", "safe again"));
  assert.deepEqual(await losses(), []);
});
