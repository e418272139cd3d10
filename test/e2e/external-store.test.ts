/**
 * An S3 service outside the cluster, asked before anything is created: each thing that can be wrong with it has its own
 * sentence, and nothing is left behind. Needs versitygw on PATH: `node local/test/run.ts e2e external-store`; with
 * S3_SERVER=minio that: `… external-minio`.
 */
import assert from "node:assert/strict";
import dns from "node:dns";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, mock, test } from "node:test";
import { isOpenToAnybody } from "../../s3/anybody.ts";
import { type BucketAddress, elements } from "../../s3/client.ts";
import { deleteImages } from "../../s3/images.ts";
import { own, ownerOf } from "../../s3/owner.ts";
import { askExternalStore } from "../../stacks/preflight/external-store.ts";
import { externalStoreOf } from "../../stacks/settings/external-store.ts";
import { startS3Server } from "../support/any-s3-server.ts";
import { makeCertificates } from "../support/certificates.ts";
import type { S3Server } from "../support/s3-server.ts";

const stack = "edge-registry.prod";
let server: S3Server;
let endpoint: string;
before(async () => {
  server = await startS3Server({ region: "eu-central-1", domain: "edge.test" });
  endpoint = server.address.endpoint;
});
after(() => server?.stop());

type Found = (error: null, address: string | readonly object[], family?: number) => void;

interface Asking {
  readonly preview?: boolean;
  readonly create?: boolean;
  readonly adopt?: boolean;
}

/** What is said of a bucket. */
async function said(address: Partial<BucketAddress>, { preview = false, ...more }: Asking = {}) {
  const { bucket, caCertificate, ...rest } = { ...server.address, ...address };
  const given = { ...rest, ...(caCertificate && { caCertificate }), ...more };
  return await askExternalStore(externalStoreOf(given, "adopt" in more), bucket, { stack, preview });
}

/** The one sentence that refuses it. */
async function refused(...given: Parameters<typeof said>): Promise<string> {
  const { problems } = await said(...given);
  assert.equal(problems.length, 1, problems.join("\n"));
  return problems[0] ?? "";
}

const set = (key: string, value: string) => `pulumi config set --path edge-registry:storage.${key} ${value}`;
const ask = (key: string) => `pulumi config set --secret --path edge-registry:storage.${key}`;
const nothing = { problems: [], warnings: [] };

test("a bucket that is not there is created, where it may be", async () => {
  assert.deepEqual(await said({ bucket: "absent" }), nothing);
  assert.equal(
    await refused({ bucket: "absent" }, { create: false }),
    `bucket: ${endpoint} has no bucket absent, and storage.create is off: create it there, or run: ${set("create", "true")}`,
  );
  assert.equal(await server.files("absent"), undefined);
});

test("one that was there before is used and left as it was, in an up as in a preview", async () => {
  const bucket = await server.newBucket();
  const warning = `bucket: ${bucket} at ${endpoint} was there before: it is used, and no destroy deletes it or what is in it`;
  for (const preview of [true, false])
    assert.deepEqual(await said({ bucket }, { preview }), { problems: [], warnings: [warning] });
  assert.deepEqual(await server.files(bucket), []);
});

test("a bucket that is named before the host is asked for there", async (t) => {
  const bucket = await server.newBucket();
  const asked = new Set<string>();
  t.mock.method(dns, "lookup", (host: string, { all }: { all?: boolean }, found: Found) => {
    asked.add(host);
    if (all) found(null, [{ address: "127.0.0.1", family: 4 }]);
    else found(null, "127.0.0.1", 4);
  });
  const { problems, warnings } = await said({
    ...{ bucket, pathStyle: false },
    endpoint: `https://edge.test:${server.port}`,
  });
  assert.deepEqual(problems, []);
  assert.match(warnings.join(), /was there before/);
  assert.deepEqual([...asked], [`${bucket}.edge.test`]);
  const sentence = await refused({
    ...{ bucket, pathStyle: false },
    endpoint: `https://localhost:${server.port}`,
  });
  const [start = "", end] = sentence.split(/ \(.*\): /);
  assert.equal(
    start,
    `storage.pathStyle: the certificate that ${bucket}.localhost:${server.port} shows is for other names`,
  );
  assert.equal(
    end,
    `have the bucket named in the path: ${set("pathStyle", "true")}, or take a certificate for *.localhost`,
  );
});

test("a bucket that is open to people without a key is warned of, also in a preview", async () => {
  for (const right of ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetObject"]) {
    const bucket = await server.newBucket();
    const address = { ...server.address, bucket };
    assert.equal(await isOpenToAnybody(address), false);
    await server.open(bucket, [right]);
    assert.equal(await isOpenToAnybody(address), true, `${right}, nothing in it`);
    await own(address, { stack, created: true, holder: "" });
    const warning = `bucket: at ${endpoint} people without a key may read or list bucket ${bucket}: take from its policy and its access list what they let anybody do, as mc anonymous set none ALIAS/${bucket} does`;
    for (const preview of [true, false])
      assert.deepEqual(await said({ bucket }, { preview }), { problems: [], warnings: [warning] }, right);
  }
});

test("whose the images are, the bucket says", async () => {
  const bucket = await server.newBucket();
  const address = { ...server.address, bucket };
  assert.equal(await ownerOf(address), undefined);
  await own(address, { stack, created: true, holder: "" });
  assert.deepEqual(await said({ bucket }), nothing);
  await own(address, { stack: "edge-registry.other", created: true, holder: "" });
  assert.equal(
    await refused({ bucket }),
    `bucket: ${bucket} at ${endpoint} has the images of stack edge-registry.other: choose another with pulumi config set edge-registry:bucket NAME, or, where that registry is gone, take it over with ${set("adopt", "true")}`,
  );
  assert.deepEqual(await said({ bucket }, { adopt: true }), nothing);
});

test("images are deleted, a thousand at once, and what else is in the bucket stays", async () => {
  const bucket = await server.newBucket();
  const address = { ...server.address, bucket };
  const key = `docker/registry/v2/blobs/data&<>'"(!*)`;
  await server.must({ method: "PUT", key, body: "x" }, bucket);
  await server.putMany(
    bucket,
    Array.from({ length: 1003 }, (_, at) => `docker/many/${at}`),
  );
  await server.must({ method: "PUT", key: "others/data", body: "x" }, bucket);
  const others = await server.newBucket();
  for (const each of [bucket, others])
    await server.must({ method: "POST", key: "docker/upload", query: { uploads: "" } }, each);
  await deleteImages(address);
  const listed = await server.must({ method: "GET", query: { "list-type": "2" } }, bucket);
  assert.deepEqual(elements(listed.body, "Key"), ["others/data"]);
  const question = { method: "GET", query: { uploads: "", prefix: "docker/upload" } } as const;
  const uploads = [await server.must(question, bucket), await server.must(question, others)];
  assert.deepEqual(
    uploads.map(({ body }) => elements(body, "UploadId").length),
    [0, 1],
  );
});

test("a service that cannot be reached is a warning in a preview only", async () => {
  const gone = { endpoint: "https://127.0.0.1:1" };
  const sentence = `storage.endpoint: https://127.0.0.1:1 cannot be reached from this machine (nothing listens there): check its name and port, and that no firewall is between: ${set("endpoint", "URL")}`;
  assert.equal(await refused(gone), sentence);
  assert.deepEqual(await said(gone, { preview: true }), {
    problems: [],
    warnings: [`${sentence}; the preview is made without it`],
  });
  const named = { endpoint: "https://s3.invalid" };
  assert.match(await refused(named), /cannot be reached from this machine \(no such host\): check its name/);
  assert.match(
    await refused({ ...named, pathStyle: false }),
    /\(no such host\): where its name is right, .*: pulumi config set --path edge-registry:storage.pathStyle true$/,
  );
});

test("a key that nobody knows and a secret that is not its own are told apart, also in a preview", async () => {
  for (const preview of [true, false]) {
    assert.equal(
      await refused({ accessKey: "AKIAIOSFODNN7EXAMPLE" }, { preview }),
      `storage.accessKey: ${endpoint} does not know access key AKIA…: take that of one of its accounts, and run: ${ask("accessKey")}`,
    );
    assert.equal(
      await refused({ secretKey: "another-secret" }, { preview }),
      `storage.secretKey: it is not the secret of this access key, says ${endpoint}: run: ${ask("secretKey")}`,
    );
  }
});

test("the right region is told", async () => {
  for (const region of ["us-east-1", "us-west-2"])
    assert.equal(
      await refused({ region }),
      `storage.region: the bucket registry-edge is not in ${region}, says ${endpoint}, but in eu-central-1: run: ${set("region", "eu-central-1")}`,
    );
});

test("an authority that is not known, another name, and no TLS at all are told apart", async (t) => {
  const bucket = await server.newBucket();
  const give = "pulumi config set --path edge-registry:storage.caCertificate < ca.crt";
  const start = `storage.caCertificate: the certificate that ${endpoint} shows is from none of`;
  const publicly = await refused({ bucket, caCertificate: undefined });
  assert.match(
    publicly,
    new RegExp(`^${start} the \\d+ public authorities \\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\\): run: `),
  );
  assert.ok(publicly.endsWith(give));
  const directory = await mkdtemp(join(tmpdir(), "edge-registry-"));
  t.after(() => rm(directory, { recursive: true }));
  const { authority } = await makeCertificates(directory);
  const other = await readFile(authority, "utf8");
  assert.match(
    await refused({ bucket, caCertificate: other }),
    new RegExp(`^${start} storage.caCertificate \\(\\w+\\): run: `),
  );
  assert.match(
    await answered((_, response) => response.end(), "127.0.0.2"),
    /^storage\.endpoint: the certificate that https:\/\/127\.0\.0\.2:\d+ shows is for other names \(127\.0\.0\.1, ::1\): take one of those$/,
  );
  const plain = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(plain, "listening");
  t.after(() => plain.close());
  const { port } = plain.address() as { port: number };
  assert.match(
    await refused({ endpoint: `https://127.0.0.1:${port}` }),
    /^storage\.endpoint: https:\/\/127\.0\.0\.1:\d+ does not speak TLS there \(\w+\): take its https port$/,
  );
});

test("a clock that is wrong is told by how much", async (t) => {
  for (const [minutes, where] of [
    [20, "ahead"],
    [-90, "behind"],
  ] as const) {
    mock.timers.enable({ apis: ["Date"], now: Date.now() + minutes * 60_000 });
    t.after(() => mock.timers.reset());
    const sentence = await refused({});
    mock.timers.reset();
    assert.equal(
      sentence,
      `storage.endpoint: the clock of this machine is ${Math.abs(minutes)} minutes ${where}, says ${endpoint}: set it right, as by timedatectl set-ntp true, and the nodes' too`,
    );
  }
});

/** What a service that is no versitygw answers. */
async function answered(listener: RequestListener, address = "127.0.0.1"): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "edge-registry-"));
  const { certificate, privateKey, authority } = await makeCertificates(directory);
  const other = createTlsServer({ cert: certificate, key: privateKey }, listener).listen(0, address);
  try {
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const caCertificate = await readFile(authority, "utf8");
    return await refused({ endpoint: `https://${address}:${port}`, caCertificate });
  } finally {
    other.close();
    other.closeAllConnections();
    await rm(directory, { recursive: true });
  }
}

test("a redirect to another region, a page and an error of the service's are told apart", async () => {
  const redirect =
    (headers: Readonly<Record<string, string>>): RequestListener =>
    (_, response) =>
      response.writeHead(301, headers).end("<Error><Code>PermanentRedirect</Code></Error>");
  assert.match(
    await answered(redirect({ "x-amz-bucket-region": "ap-south-1" })),
    /^storage\.region: the bucket registry-edge is not in eu-central-1, says \S+, but in ap-south-1: run: .*region ap-south-1$/,
  );
  assert.match(
    await answered(redirect({})),
    /^storage\.region: .* is not in eu-central-1, says \S+: ask its operator for its region, and run: .*region REGION$/,
  );
  assert.match(
    await answered((_, response) => response.writeHead(404).end("<html>not here</html>")),
    /^storage\.endpoint: \S+ answers 404 and no S3 to a question about bucket registry-edge: take the URL of the S3 service itself$/,
  );
  assert.match(
    await answered((_, response) =>
      response.writeHead(503).end("<Error><Code>SlowDown</Code><Message>Reduce &amp; wait</Message></Error>"),
    ),
    /^storage\.endpoint: \S+ answers 503 SlowDown to a question about bucket registry-edge: Reduce & wait$/,
  );
});
