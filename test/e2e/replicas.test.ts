/**
 * Two registries, each behind a gateway of its own, on one store: what a Service that chooses anew for each connection
 * makes of clients. Needs what gateway.test.ts needs, and runs alone as that does.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { digestOf, mebibytes } from "../support/blobs.ts";
import { HttpsClient } from "../support/https.ts";
import { putManifest } from "../support/manifests.ts";
import { freePort, type Program } from "../support/program.ts";
import { type KnownAccount, RegistryPod } from "../support/registry-pod.ts";

let pod: RegistryPod;
let account: KnownAccount;
let first: HttpsClient;
let second: HttpsClient;
let secondRegistry: Program;
let secondGateway: Program;

before(async () => {
  pod = await RegistryPod.start(undefined, { alone: false });
  account = pod.account("push");
  const [registry, gateway] = [await freePort(), await freePort()];
  secondRegistry = await pod.registryAt(registry);
  secondGateway = await pod.gatewayTo(registry, gateway);
  await Promise.all([secondRegistry.start(), secondGateway.start()]);
  first = new HttpsClient(pod.ports.gateway, pod.authority);
  second = new HttpsClient(gateway, pod.authority);
});
after(async () => {
  await Promise.all([secondRegistry?.kill(), secondGateway?.kill()]);
  await pod?.stop();
});

interface Layer {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly chunks: readonly Buffer[];
}

/** A layer in chunks of these lengths. */
async function layerOf(seed: string, lengths: readonly number[]): Promise<Layer> {
  const ends = lengths.map((_, index) => lengths.slice(0, index + 1).reduce((sum, each) => sum + each, 0));
  const blocks: Buffer[] = [];
  for await (const block of mebibytes(seed, 20)) blocks.push(block);
  const bytes = Buffer.concat(blocks).subarray(0, ends.at(-1));
  const chunks = ends.map((end, index) => bytes.subarray(end - (lengths[index] ?? 0), end));
  return { bytes, digest: digestOf(bytes), chunks };
}

/** Uploads a layer, and sends each step to another replica than the one before it. */
async function uploadAcross(
  repository: string,
  { chunks, digest }: Layer,
  then: (chunk: number) => Promise<void> = async () => {},
): Promise<void> {
  const begun = await first.send("POST", `/v2/${repository}/blobs/uploads/`, { account });
  assert.equal(begun.status, 202);
  let location = begun.headers.location ?? "";
  let sent = 0;
  const other = (step: number) => (step % 2 === 0 ? second : first);
  for (const [index, body] of chunks.entries()) {
    const headers = {
      "content-type": "application/octet-stream",
      "content-range": `${sent}-${sent + body.length - 1}`,
    };
    const answer = await other(index).send("PATCH", location, { account, headers, body });
    sent += body.length;
    assert.deepEqual([answer.status, answer.headers.range], [202, `0-${sent - 1}`], `${answer.body}`);
    location = answer.headers.location ?? "";
    await then(index);
  }
  const last = `${location}${location.includes("?") ? "&" : "?"}digest=${digest}`;
  const put = await other(chunks.length).send("PUT", last, { account });
  assert.equal(put.status, 201, `${put.body}`);
}

test("an upload in chunks goes from one replica to the other and back", async () => {
  const layer = await layerOf("across", [6_000_001, 5_242_880, 1_000_003, 17]);
  await uploadAcross("team/across", layer);
  for (const client of [first, second]) {
    const got = await client.send("GET", `/v2/team/across/blobs/${layer.digest}`, { account });
    assert.equal(got.status, 200);
    assert.ok(got.body.equals(layer.bytes));
  }
});

test("an upload goes on while the replica that took its first chunk is killed", async () => {
  const layer = await layerOf("killed", [7_000_000, 3_000_000, 1]);
  await uploadAcross("team/killed", layer, async (chunk) => {
    if (chunk === 0) await secondRegistry.kill();
    if (chunk === 1) await secondRegistry.start();
  });
  const got = await second.send("GET", `/v2/team/killed/blobs/${layer.digest}`, { account });
  assert.ok(got.body.equals(layer.bytes));
});

test("what one replica deletes, the other has not either", async () => {
  const layer = await layerOf("deleted", [100_000]);
  await uploadAcross("team/deleted", layer);
  const { descriptor } = await putManifest(second, account, "team/deleted", "1");
  const question = { account, headers: { accept: `${descriptor.mediaType}` } };
  const seen = (path: string) =>
    Promise.all([first, second].map(async (one) => (await one.send("HEAD", path, question)).status));
  for (const thing of [`blobs/${layer.digest}`, `manifests/${descriptor.digest}`]) {
    const path = `/v2/team/deleted/${thing}`;
    assert.deepEqual(await seen(path), [200, 200], path);
    assert.equal((await first.send("DELETE", path, { account })).status, 202);
    assert.deepEqual(await seen(path), [404, 404], path);
  }
});
