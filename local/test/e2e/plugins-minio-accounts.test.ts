// Users, groups and policies by the minio plugin, driven by the real engine. Needs pulumi, its Node host, the plugin and
// MinIO on PATH: versitygw has none of these.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { AwsClient } from "aws4fetch";
import { MinioByHand, MinioConsole } from "../../../test/support/minio.ts";
import { Stack } from "../support/engine.ts";

const program = path.join(import.meta.dirname, "programs", "minio-accounts");
const secrets = [MinioByHand.keys.secretAccessKey, "the-secret-of-", "another-secret-of-"];
let directory: string;
let server: MinioByHand;
let console: MinioConsole;
let stack: Stack;
let told: Server;

const updated = { env: { STEP: "updated" } };

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "edge-registry-minio-"));
  // A key of its own for buckets that are encrypted: 32 bytes.
  const key = Buffer.alloc(32, 7).toString("base64");
  told = createServer((request, response) => {
    request.resume();
    response.end();
  }).listen(0, "127.0.0.1");
  await once(told, "listening");
  server = await MinioByHand.start(path.join(directory, "data"), {
    MINIO_KMS_SECRET_KEY: `the-key:${key}`,
    MINIO_NOTIFY_WEBHOOK_ENABLE_edge: "on",
    MINIO_NOTIFY_WEBHOOK_ENDPOINT_edge: `http://127.0.0.1:${Object(told.address()).port}`,
  });
  const { accessKeyId, secretAccessKey } = MinioByHand.keys;
  console = new MinioConsole(server.consoleUrl);
  await console.signIn(accessKeyId, secretAccessKey);
  stack = await Stack.create(program, {
    STORE: new URL(server.url).host,
    STORE_USER: accessKeyId,
    STORE_PASSWORD: secretAccessKey,
  });
});

after(async () => {
  await server?.stop();
  told?.close();
  await stack?.remove();
  await rm(directory, { recursive: true, force: true });
});

/** What somebody may do with a bucket: to list it, to write to it. */
async function may(accessKeyId: string, secretAccessKey: string, bucket: string): Promise<string> {
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: "us-east-1" });
  const listed = await client.fetch(`${server.url}/${bucket}?list-type=2`);
  const put = await client.fetch(`${server.url}/${bucket}/of-${accessKeyId}`, { method: "PUT", body: "x" });
  return [listed.ok ? "read" : "", put.ok ? "write" : ""].filter((one) => one !== "").join(", ") || "nothing";
}

const names = (list: readonly { readonly name?: string; readonly accessKey?: string }[]) =>
  list.map(({ name, accessKey }) => name ?? accessKey ?? "").sort();

async function assertNoSecretInState(): Promise<void> {
  const text = await stack.exportText();
  const { robot, generatedSecret } = await stack.outputs();
  for (const secret of [...secrets, Object(robot).secretKey, `${generatedSecret}`])
    assert.ok(!text.includes(secret), secret);
}

test("up makes every type once, and the store keeps to it", async () => {
  const run = await stack.up();
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.ok(
    run.changes.every((change) => change.startsWith("create ")),
    run.changes.join("\n"),
  );
  assert.equal(run.changes.length, 23);
  assert.deepEqual((await stack.up()).changes, []);
  assert.equal(await may("pusher", "the-secret-of-pusher", "images"), "read, write");
  assert.equal(await may("pusher", "the-secret-of-pusher", "notes"), "nothing");
  assert.equal(await may("site", "the-secret-of-site", "images"), "read");
  assert.equal(await may("member", "the-secret-of-member", "images"), "read");
  assert.equal(await may("member", "the-secret-of-member", "notes"), "read, write");
  const { robot, generatedSecret } = await stack.outputs();
  const { accessKey, secretKey } = Object(robot);
  assert.equal(await may(accessKey, secretKey, "images"), "read, write");
  assert.equal(await may("generated", `${generatedSecret}`, "images"), "nothing");
});

test("no secret is in the state in clear", async () => {
  await assertNoSecretInState();
});

test("each change is one of what it is said of, and takes effect", async () => {
  const run = await stack.up(updated);
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.deepEqual(run.changes, [
    "create-replacement IamUserPolicyAttachment site-reads",
    "delete-replaced IamUserPolicyAttachment site-reads",
    "replace IamUserPolicyAttachment site-reads",
    "update IamGroup idle",
    "update IamGroupMembership members",
    "update IamPolicy writing",
    "update IamServiceAccount robot",
    "update IamUser generated",
    "update IamUser pusher",
    "update IlmPolicy expire",
    "update S3Bucket images",
    "update S3Bucket notes",
    "update S3BucketNotification told",
  ]);
  assert.deepEqual((await stack.up(updated)).changes, []);
  assert.equal(await may("pusher", "the-secret-of-pusher", "images"), "nothing");
  assert.equal(await may("pusher", "another-secret-of-pusher", "images"), "read, write");
  assert.equal(await may("site", "the-secret-of-site", "images"), "read, write");
  assert.equal(await may("member", "the-secret-of-member", "notes"), "read, write");
  const { accessKey, secretKey } = Object((await stack.outputs()).robot);
  assert.equal(await may(accessKey, secretKey, "images"), "read");
  await assertNoSecretInState();
});

test("refresh finds nothing to change, and the next up neither", async () => {
  const run = await stack.refresh();
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual([...new Set(run.steps.map(({ op }) => op))], ["refresh"]);
  assert.deepEqual((await stack.up(updated)).changes, []);
});

test("drift is repaired", async () => {
  await console.remove("user/generated");
  await console.remove("group/idle");
  await stack.refresh();
  assert.deepEqual((await stack.up(updated)).changes, ["create IamGroup idle", "create IamUser generated"]);
});

test("destroy leaves nothing", async () => {
  const before = names(Object(await console.list("policies")).policies);
  assert.ok(before.includes("reading"));
  const run = await stack.destroy();
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.deepEqual(await console.buckets(), []);
  assert.deepEqual(names(Object(await console.list("users")).users ?? []), []);
  assert.deepEqual(Object(await console.list("groups")).groups ?? [], []);
  assert.deepEqual(names(Object(await console.list("policies")).policies), [
    "consoleAdmin",
    "diagnostics",
    "readonly",
    "readwrite",
    "writeonly",
  ]);
});
