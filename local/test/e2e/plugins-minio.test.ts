// The minio plugin driven by the real engine. Needs pulumi, its Node host, the plugin and versitygw on PATH.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { AwsClient } from "aws4fetch";
import { Stack } from "../support/engine.ts";

const program = path.join(import.meta.dirname, "programs", "minio");
let directory: string;
let port: number;
let gateway: ChildProcess;
let stack: Stack;
const owner = new AwsClient({ accessKeyId: "edge", secretAccessKey: "s3cr3t-password", service: "s3" });

const step = (name: string) => ({ env: { STEP: name } });
const data = (...names: string[]) => path.join(directory, "data", ...names);
/** The server keeps notes of its own beside them, which no bucket's name can be. */
const buckets = async () => (await readdir(data())).filter((name) => !name.startsWith("."));

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "edge-registry-s3-"));
  await mkdir(data("elsewhere"), { recursive: true });
  await mkdir(path.join(directory, "versions"));
  port = await freePort();
  gateway = await startGateway();
  stack = await Stack.create(program, { STORE: `127.0.0.1:${port}` });
});
after(async () => {
  gateway?.kill();
  await stack?.remove();
  await rm(directory, { recursive: true, force: true });
});

async function startGateway(): Promise<ChildProcess> {
  const server = [
    "--access",
    "edge",
    "--secret",
    "s3cr3t-password",
    "--port",
    `127.0.0.1:${port}`,
    "--quiet",
  ];
  const backend = ["posix", "--versioning-dir", path.join(directory, "versions"), data()];
  const child = spawn("versitygw", [...server, ...backend], { stdio: "ignore" });
  while (!(await answers())) {
    assert.equal(child.exitCode, null, "versitygw ended");
    await delay(50);
  }
  return child;
}

function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve(true) ?? socket.end());
    socket.on("error", () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address && typeof address === "object" ? address.port : 0));
    });
  });
}

test("up makes every type once", async () => {
  const run = await stack.up();
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.deepEqual(run.changes, [
    "create S3Bucket images",
    "create S3Bucket prefixed",
    "create S3BucketPolicy policy",
    "create S3BucketVersioning versioning",
    "create S3Object note",
  ]);
  assert.deepEqual((await stack.up()).changes, []);
  const { id, outputs } = await stack.resource("images");
  assert.equal(id, "images");
  assert.equal(outputs?.arn, "arn:aws:s3:::images");
  assert.equal(outputs?.bucketDomainName, `http://127.0.0.1:${port}/minio/images`);
  assert.match((await stack.resource("prefixed")).id ?? "", /^edge-\d{18}[0-9a-f]{8}$/);
});

test("the password is not in the state in clear", async () => {
  assert.doesNotMatch(await stack.exportText(), /s3cr3t-password/);
});

test("the policy lets anyone write, and nobody read until it says so", async () => {
  const object = `http://127.0.0.1:${port}/images/hello`;
  const put = (body: string) => fetch(object, { method: "PUT", body });
  assert.equal((await put("one")).status, 200);
  assert.equal((await put("two")).status, 200);
  assert.equal((await fetch(object)).status, 403);
  const run = await stack.up(step("updated"));
  assert.deepEqual(run.changes, [
    "update S3Bucket prefixed",
    "update S3BucketPolicy policy",
    "update S3BucketVersioning versioning",
    "update S3Object note",
  ]);
  assert.deepEqual(run.steps.find((s) => s.name === "policy")?.detailedDiff, { policy: "update" });
  assert.equal(await (await fetch(object)).text(), "two");
});

test("refresh finds nothing to change, and the next up neither", async () => {
  const run = await stack.refresh();
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual((await stack.up(step("updated"))).changes, []);
});

test("drift is repaired", async () => {
  const { id } = await stack.resource("prefixed");
  await rm(data(id ?? "none"), { recursive: true });
  const bucket = `http://127.0.0.1:${port}/images`;
  const enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  await owner.fetch(`${bucket}?policy`, { method: "DELETE" });
  await owner.fetch(`${bucket}?versioning`, { method: "PUT", body: enabled });
  await stack.refresh();
  assert.deepEqual((await stack.up(step("updated"))).changes, [
    "create S3Bucket prefixed",
    "update S3BucketPolicy policy",
    "update S3BucketVersioning versioning",
  ]);
  assert.equal((await fetch(`${bucket}/hello`)).status, 200);
});

test("a store that is down is an error, and takes no bucket out of the state", async () => {
  gateway.kill();
  await new Promise((resolve) => gateway.once("exit", resolve));
  const run = await stack.refresh();
  assert.notEqual(run.code, 0);
  assert.match(run.messages.join("\n"), /127\.0\.0\.1:\d+: connect: connection refused/);
  gateway = await startGateway();
  assert.deepEqual((await stack.up(step("updated"))).changes, []);
});

test("another name replaces the bucket and what belongs to it, and 10,000 objects do not hold it back", async () => {
  for (let i = 0; i < 10_000; i += 500)
    await Promise.all(
      Array.from({ length: 500 }, (_, n) => writeFile(data("images", `object-${i + n}`), "x")),
    );
  const run = await stack.up(step("replaced"));
  assert.equal(run.code, 0, run.stdout + run.stderr);
  const replaced = run.steps.filter((s) => s.op === "replace").map((s) => s.name);
  assert.deepEqual(replaced.sort(), ["images", "note", "policy", "versioning"]);
  const left = await buckets();
  assert.ok(left.includes("images-2") && !left.includes("images"), `left: ${left}`);
});

test("every type is imported as it is", async () => {
  const other = await Stack.create(program);
  try {
    await other.setConfig("minio:minioServer", `127.0.0.1:${port}`);
    await other.setConfig("minio:minioUser", "edge");
    await other.setConfig("minio:minioPassword", "s3cr3t-password", "--secret");
    const types = ["S3Bucket", "S3BucketPolicy", "S3BucketVersioning"];
    const token = (type: string) => `minio:index/${type.replace("S", "s")}:${type}`;
    const run = await other.import(types.map((name) => ({ type: token(name), name, id: "images-2" })));
    assert.equal(run.code, 0, run.stdout + run.stderr);
    for (const name of ["S3BucketPolicy", "S3BucketVersioning"])
      assert.equal((await other.resource(name)).inputs?.bucket, "images-2");
    assert.deepEqual([...new Set((await other.refresh()).steps.map((s) => s.op))], ["refresh"]);
    assert.doesNotMatch(await other.exportText(), /s3cr3t-password/);
  } finally {
    await other.remove();
  }
});

test("destroy leaves nothing but what was there before", async () => {
  const run = await stack.destroy();
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.deepEqual(await buckets(), ["elsewhere"]);
});

test("a bucket that exists is refused, unless it is imported; retained, it outlives the stack", async () => {
  assert.match((await stack.up(step("taken"))).messages.join("\n"), /bucket already exists! \(elsewhere\)/);
  assert.deepEqual((await stack.up(step("adopted"))).changes, ["import S3Bucket adopted"]);
  assert.deepEqual((await stack.up(step("adopted"))).changes, []);
  assert.equal((await stack.destroy()).code, 0);
  assert.deepEqual(await buckets(), ["elsewhere"]);
});

test("bad inputs are refused with a reason", async () => {
  const refused = (await stack.preview(step("refused"))).messages.join("\n");
  assert.match(refused, /"bucket": conflicts with bucket_prefix/);
});
