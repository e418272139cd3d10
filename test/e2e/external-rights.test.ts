/**
 * What an account of an S3 service has to be allowed, tried by doing it: what is lacking is named, and nothing of it is
 * left. Needs versitygw on PATH: `node local/test/run.ts e2e external-store`; with
 * S3_SERVER=minio that: `… external-minio`.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { bucketPolicy } from "../../render/bucket-policy.ts";
import { elements } from "../../s3/client.ts";
import { readTrouble, writeTrouble } from "../../s3/probe.ts";
import { askExternalStore } from "../../stacks/preflight/external-store.ts";
import { externalStoreOf } from "../../stacks/settings/external-store.ts";
import { startS3Server } from "../support/any-s3-server.ts";
import type { S3Server } from "../support/s3-server.ts";

let server: S3Server;
before(async () => {
  server = await startS3Server({ versions: true, region: "eu-central-1" });
});
after(() => server?.stop());

/** What distribution has to be allowed. */
const rights: readonly string[] = JSON.parse(bucketPolicy("x")).Statement.flatMap(
  ({ Action }: { readonly Action: readonly string[] }) => Action,
);

test("each right that is lacking is named, and nothing is left behind", async () => {
  const bucket = await server.newBucket();
  const stranger = { ...server.as("stranger"), bucket };
  const does: Readonly<Record<string, string>> = {
    "s3:ListBucket": "list",
    "s3:ListBucketMultipartUploads": "use multipart uploads in",
    "s3:ListMultipartUploadParts": "use multipart uploads in",
    "s3:AbortMultipartUpload": "use multipart uploads in",
    "s3:PutObject": "write into",
    "s3:GetObject": "read from",
    "s3:DeleteObject": "delete from",
  };
  await server.allow("stranger", bucket, rights);
  assert.deepEqual([await readTrouble(stranger), await writeTrouble(stranger)], [undefined, undefined]);
  assert.deepEqual(
    rights.filter((right) => !(right in does)),
    ["s3:GetBucketLocation"],
  );
  for (const [right, what] of Object.entries(does)) {
    await server.allow(
      "stranger",
      bucket,
      rights.filter((one) => one !== right),
    );
    const trouble = (await readTrouble(stranger)) ?? (await writeTrouble(stranger));
    assert.equal(
      trouble?.sentence,
      `storage.accessKey: this access key may not ${what} bucket ${bucket} (AccessDenied): give it ${right} at ${server.address.endpoint}, or take another`,
    );
    assert.deepEqual(await server.files(bucket), [], right);
  }
  const uploads = await server.must({ method: "GET", query: { uploads: "" } }, bucket);
  assert.deepEqual(elements(uploads.body, "UploadId"), []);
});

test("a bucket that keeps versions has none of what was tried in it", async () => {
  const bucket = await server.newBucket();
  const status = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  await server.must({ method: "PUT", query: { versioning: "" }, body: status }, bucket);
  await server.must({ method: "PUT", key: "docker/x", body: "an image" }, bucket);
  assert.equal(await writeTrouble({ ...server.address, bucket }), undefined);
  const { body } = await server.must({ method: "GET", query: { versions: "" } }, bucket);
  assert.deepEqual(elements(body, "Key"), ["docker/x"]);
});

test("what only writing shows is found by an up, a preview writes nothing", async () => {
  const bucket = await server.newBucket();
  const reading = rights.filter((right) => /^s3:(List|Get)/.test(right));
  await server.allow("stranger", bucket, reading);
  const { accessKey, secretKey } = server.as("stranger");
  const { endpoint, region } = server.address;
  const given = { endpoint, region, accessKey, secretKey, caCertificate: server.authority };
  const problems = async (preview: boolean) => {
    const asking = { stack: "edge-registry.prod", preview };
    return (await askExternalStore(externalStoreOf(given, false), bucket, asking)).problems.join("\n");
  };
  assert.equal(await problems(true), "");
  assert.match(await problems(false), /^storage\.accessKey: this access key may not delete from bucket/);
});

test("versions that an account may not delete do not keep it from being used", async () => {
  const bucket = await server.newBucket();
  const status = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
  await server.must({ method: "PUT", query: { versioning: "" }, body: status }, bucket);
  await server.allow("stranger", bucket, rights);
  assert.equal(await writeTrouble({ ...server.as("stranger"), bucket }), undefined);
  const { body } = await server.must({ method: "GET", query: { "list-type": "2" } }, bucket);
  assert.deepEqual(elements(body, "Key"), []);
  await server.allow(
    "stranger",
    bucket,
    rights.filter((one) => one !== "s3:DeleteObject"),
  );
  const trouble = await writeTrouble({ ...server.as("stranger"), bucket });
  assert.match(trouble?.sentence ?? "", /may not delete from bucket .* give it s3:DeleteObject at/);
});

test("the README lists what is needed, and nothing else", async () => {
  const readme = await readFile(join(import.meta.dirname, "../../README.md"), "utf8");
  const [, listed = ""] = /The account needs([\s\S]*?)\n\n/.exec(readme) ?? [];
  const more = ["s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteObjectVersion"];
  const needed = rights.filter((right) => right !== "s3:GetBucketLocation");
  assert.deepEqual((listed.match(/s3:\w+/g) ?? []).sort(), [...needed, ...more].sort());
});
