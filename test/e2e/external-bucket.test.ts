/**
 * A bucket outside the cluster, from its creation to its deletion, wherever that is cut short. Needs versitygw on PATH:
 * `node local/test/run.ts e2e external-store`; with S3_SERVER=minio that: `… external-minio`.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { provider as originProvider } from "../../resources/bucket-origin.ts";
import { provider } from "../../resources/bucket-owner.ts";
import { disown, ownerOf } from "../../s3/owner.ts";
import { startS3Server } from "../support/any-s3-server.ts";
import type { S3Server } from "../support/s3-server.ts";

const stack = "edge-registry.prod";
const mark = "edge-registry.json";
let server: S3Server;
before(async () => {
  server = await startS3Server({ region: "eu-central-1" });
});
after(() => server?.stop());

/** What a bucket-owner is given. */
const inputsOf = (bucket: string, more: object = {}) => ({
  ...server.address,
  caCertificate: server.authority,
  ...{ bucket, stack, keep: false, create: true, adopt: false, existed: false },
  ...more,
});
type Outs = Awaited<ReturnType<typeof provider.create>>["outs"];

/** What an `up` does that knows of nothing, or of what the bucket was before. */
async function up(bucket: string, more: object = {}): Promise<Outs> {
  const { existed } = (await originProvider.create(inputsOf(bucket))).outs;
  return (await provider.create(inputsOf(bucket, { existed, ...more }))).outs;
}

const destroy = (state: Outs) => provider.delete?.(state.bucket, state);

/** A name that no bucket has, and what its bucket says. */
const newName = () => `test-${randomUUID()}`;
const owner = (bucket: string) => ownerOf({ ...server.address, bucket });
const put = (bucket: string, key: string) => server.must({ method: "PUT", key, body: "x" }, bucket);

test("a bucket is created in its region, marked, and goes with its images", async () => {
  const bucket = newName();
  const state = await up(bucket);
  assert.equal(state.created, true);
  assert.deepEqual(await owner(bucket), { stack, created: true, holder: state.holder });
  assert.deepEqual(await server.files(bucket), [mark]);
  await put(bucket, "docker/registry/v2/x");
  await put(bucket, "edge-registry-probe-of-a-killed-run");
  await destroy({ ...state, keep: true });
  assert.equal((await server.files(bucket))?.length, 3);
  await destroy(state);
  assert.equal(await server.files(bucket), undefined);
  await destroy(state);
});

test("one that was there before is marked, and left with all that is in it", async () => {
  for (const key of [undefined, "docker/x", "report.txt"]) {
    const bucket = newName();
    await server.must({ method: "PUT" }, bucket);
    if (key) await put(bucket, key);
    const state = await up(bucket);
    assert.equal(state.created, false, key);
    await destroy(state);
    assert.deepEqual(await server.files(bucket), [...(key ? [key] : []), mark].sort());
  }
});

test("a run that was killed between the bucket and its mark owns it, unless others use it", async () => {
  const bucket = newName();
  const { existed } = (await originProvider.create(inputsOf(bucket))).outs;
  await server.must({ method: "PUT" }, bucket);
  const { outs } = await provider.create(inputsOf(bucket, { existed }));
  assert.equal(outs.created, true);
  const theirs = newName();
  await server.must({ method: "PUT" }, theirs);
  await put(theirs, "report.txt");
  const { outs: used } = await provider.create(inputsOf(theirs, { existed: false }));
  assert.equal(used.created, false);
  await destroy(used);
  assert.deepEqual(await server.files(theirs), [mark, "report.txt"]);
});

test("one that cannot be used yet is marked all the same, for the run that can", async () => {
  const bucket = newName();
  await server.must({ method: "PUT" }, bucket);
  await server.allow("stranger", bucket, ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]);
  const { accessKey, secretKey } = server.as("stranger");
  const few = inputsOf(bucket, { accessKey, secretKey });
  await assert.rejects(provider.create(few), /may not delete from bucket .* give it s3:DeleteObject/);
  assert.equal((await owner(bucket))?.created, true);
  const state = await up(bucket);
  assert.equal(state.created, true);
  await destroy(state);
  assert.equal(await server.files(bucket), undefined);
});

test("what others put into a bucket that the stack made stays in it, and is told", async (t) => {
  const said = t.mock.method(console, "error", () => {});
  const bucket = newName();
  const state = await up(bucket);
  await put(bucket, "docker/x");
  await put(bucket, "report.txt");
  await destroy(state);
  assert.deepEqual(await server.files(bucket), ["report.txt"]);
  assert.match(`${said.mock.calls[0]?.arguments[0]}`, /holds more than the registry's images, and stays/);
  await destroy(state);
  assert.deepEqual(await server.files(bucket), ["report.txt"]);
});

test("a deletion that was cut short is ended by the next one", async () => {
  const bucket = newName();
  const state = await up(bucket);
  await disown({ ...server.address, bucket });
  await put(bucket, "docker/x");
  await destroy(state);
  assert.deepEqual(await server.files(bucket), ["docker/x"], "no mark, and images");
  await server.must({ method: "DELETE", key: "docker/x" }, bucket);
  await destroy(state);
  assert.equal(await server.files(bucket), undefined);
});

test("another stack's is not taken, unless that is wanted, and then not deleted", async () => {
  const bucket = newName();
  const first = await up(bucket);
  const other = { stack: "edge-registry.other" };
  await assert.rejects(up(bucket, other), /has the images of stack edge-registry\.prod$/);
  const second = await up(bucket, { ...other, adopt: true });
  assert.equal(second.created, false);
  await destroy(first);
  await destroy(second);
  assert.deepEqual(await server.files(bucket), [mark]);
});

test("a right that is lacking to create or to delete it is named", async () => {
  const { accessKey, secretKey } = server.as("stranger");
  const bucket = newName();
  await assert.rejects(up(bucket, { accessKey, secretKey }), /may not \w+ .*bucket .* give it s3:\w+ at/);
  await assert.rejects(
    up(bucket, { create: false }),
    /has no bucket .*, and storage\.create is off: create it there/,
  );
  assert.equal(await server.files(bucket), undefined);
});

const diff = (olds: Outs, more: object = {}) => provider.diff?.(olds, { ...inputsOf(olds.bucket), ...more });

test("nothing changes by itself, nor where the service cannot be asked", async () => {
  const state = await up(newName());
  const none = { changes: false, replaces: [] };
  assert.deepEqual(await diff(state), none);
  assert.deepEqual(await diff(state, { existed: true, create: false, adopt: true }), none);
  const away = { endpoint: "https://127.0.0.1:1" };
  assert.deepEqual(await diff({ ...state, ...away }, away), none);
});

test("a bucket or a mark that is lost is noticed, and made again", async (t) => {
  const said = t.mock.method(console, "error", () => {});
  const state = await up(newName());
  const { bucket, holder } = state;
  const repaired = async () => {
    assert.deepEqual(await diff(state), { changes: true, replaces: [] });
    assert.equal((await provider.update?.(bucket, state, inputsOf(bucket)))?.created, true);
    assert.deepEqual(await owner(bucket), { stack, created: true, holder });
    assert.deepEqual(await diff(state), { changes: false, replaces: [] });
  };
  await disown({ ...server.address, bucket });
  await repaired();
  assert.equal(said.mock.callCount(), 0);
  await disown({ ...server.address, bucket });
  await server.must({ method: "DELETE" }, bucket);
  await repaired();
  assert.match(`${said.mock.calls[0]?.arguments[0]}`, /is gone with its images: an empty one is made$/);
});

test("another service's bucket is another one, and the same by another URL is not deleted", async () => {
  const state = await up(newName());
  const { bucket } = state;
  const endpoint = server.address.endpoint.replace("127.0.0.1", "[::1]");
  assert.deepEqual((await diff(state, { endpoint }))?.replaces, ["endpoint"]);
  await put(bucket, "docker/x");
  const replacement = await up(bucket);
  await destroy(state);
  assert.deepEqual(await server.files(bucket), ["docker/x", mark]);
  await destroy(replacement);
  assert.equal(await server.files(bucket), undefined);
});
