/** Hostile contents for the gateway and the registry: manifests, names and credentials. See hostile.test.ts. */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Besieged } from "../support/besieged.ts";
import { basic } from "../support/https.ts";
import { bytes, RawClient } from "../support/raw.ts";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const types = [
  manifestType,
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
let besieged: Besieged;

before(async () => {
  besieged = await Besieged.start();
});
after(() => besieged?.stop());
afterEach(() => besieged.alive());

test("malformed manifests are refused, whatever type they claim", async () => {
  const { client, pusher, repository } = besieged;
  const digest = `sha256:${"0".repeat(64)}`;
  const layer = { mediaType: "x", digest, size: 1 };
  const image = { schemaVersion: 2, mediaType: manifestType, config: layer, layers: [layer] };
  const deep = (count: number) => `{"a":${"[".repeat(count)}${"]".repeat(count)}}`;
  const texts: readonly (string | Buffer)[] = [
    ...["", "{", "null", "[]", '"', "{}", '{"schemaVersion":1e999}', deep(1_000_000)],
    ...[image, { ...image, schemaVersion: "2" }, { ...image, layers: {} }].map((one) => JSON.stringify(one)),
    ...["", "..", "sha256:", "sha256:../../x", "md5:0", `sha256:${"0".repeat(10_000)}`, "\0", 7, null].map(
      (odd) => JSON.stringify({ ...image, config: { ...layer, digest: odd } }),
    ),
    ...[-1, 1e300, "1"].map((size) => JSON.stringify({ ...image, config: { ...layer, size } })),
    Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
  ];
  // As an index each would be one of nothing, which the registry takes.
  const untyped = [
    Buffer.from('{"schemaVersion":2}'),
    Buffer.concat([
      Buffer.from('{"schemaVersion":2,"a":"'),
      Buffer.alloc(4_000_000, 0xff),
      Buffer.from('"}'),
    ]),
  ];
  await besieged.unnoticed(async () => {
    for (const type of [...types, "text/plain", "application/json; charset=\xff"])
      for (const text of type === manifestType ? [...texts, ...untyped] : texts) {
        const path = `/v2/${repository}/manifests/malformed`;
        const headers = { "content-type": type };
        const body = Buffer.from(text);
        const { status } = await client.send("PUT", path, { account: pusher, headers, body });
        // 503: the registry tells of an odd version as of a failure of its own.
        assert.ok(
          [400, 404, 413, 503].includes(status),
          `${status} for ${type} ${body.toString().slice(0, 100)}`,
        );
      }
  });
  assert.equal(await besieged.has("manifests/malformed"), false);
});

test("a manifest of 1,500 layers that are not there is refused, and another client served", async () => {
  const { client, pusher, repository } = besieged;
  const described = (number: number) => ({
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    digest: `sha256:${number.toString(16).padStart(64, "0")}`,
    size: 1,
  });
  const layers = Array.from({ length: 1_500 }, (_, number) => described(number));
  const image = { schemaVersion: 2, mediaType: manifestType, config: described(0), layers };
  const body = Buffer.from(JSON.stringify(image));
  await besieged.unnoticed(async () => {
    const headers = { "content-type": manifestType };
    const path = `/v2/${repository}/manifests/large`;
    const { status } = await client.send("PUT", path, { account: pusher, headers, body });
    assert.ok([400, 404].includes(status), `${status}`);
  });
});

test("names that are no UTF-8, or no names, are refused", async () => {
  const { raw, puller, pusher } = besieged;
  const odd = [
    "\xff\xfe",
    "%ff%fe",
    "%c0%af",
    "%ed%a0%80",
    "%00",
    "%0d%0a",
    "%7f",
    "A",
    "a".repeat(300),
    "%f0%9f%90%8b",
  ];
  await besieged.unnoticed(async () => {
    for (const name of odd)
      for (const [line, as] of [
        [`GET /v2/${name}/manifests/1 HTTP/1.1`, puller],
        [`GET /v2/team/kept/manifests/${name} HTTP/1.1`, puller],
        [`POST /v2/${name}/blobs/uploads/ HTTP/1.1`, pusher],
        [`GET /v2/team/kept/blobs/sha256:${name} HTTP/1.1`, puller],
      ] as const) {
        const { statuses } = await raw.send(bytes(line, as, ["Connection: close", "Content-Length: 0"]));
        // 503: the store has no room for a name that long.
        assert.ok([400, 404, 503].includes(statuses[0] ?? 0), `${line}: ${statuses}`);
      }
    for (const name of ["\xff\xfe", "\0", "", "a".repeat(10_000)]) {
      const header = `Authorization: Basic ${Buffer.from(`${name}:x`, "latin1").toString("base64")}`;
      const { statuses } = await raw.send(bytes("GET /v2/ HTTP/1.1", undefined, [header]));
      assert.deepEqual(statuses, [401], name);
    }
  });
  await delay(200);
  for (const line of besieged.pod.gateway.output.trim().split("\n")) JSON.parse(line);
});

test("a credential in an address is neither taken, nor logged, nor told", async () => {
  const { raw, pusher, repository, pod } = besieged;
  const own = encodeURIComponent(pusher.password);
  const targets = [
    `https://${pusher.name}:${own}@edge.test/v2/_catalog`,
    `//${pusher.name}:${own}@edge.test/v2/_catalog`,
    `/v2/_catalog?password=${own}&user=${pusher.name}`,
    `/v2/_catalog?access_token=${own}&Authorization=${encodeURIComponent(basic(pusher).authorization)}`,
    `/v2/${repository}/blobs/uploads/?token=${own}#${own}`,
  ];
  await besieged.unnoticed(async () => {
    for (const target of targets)
      for (const method of ["GET", "POST"]) {
        const { text, statuses } = await raw.send(
          bytes(`${method} ${target} HTTP/1.1`, undefined, ["Content-Length: 0"]),
        );
        assert.ok([400, 401, 404].includes(statuses[0] ?? 0), `${target}: ${text}`);
        assert.ok(!text.includes(own), `${target} came back`);
      }
  });
  await delay(200);
  const logs = pod.gateway.output + pod.registry.output + pod.store.output;
  for (const secret of [own, basic(pusher).authorization.slice(6)])
    assert.ok(!logs.includes(secret), "a credential is in a log");
});

test("the store takes nothing in a body that it refuses for a request, on connections that it keeps", async () => {
  const { pod } = besieged;
  const store = new RawClient(pod.ports.store, pod.authority);
  const hidden = bytes("GET /health HTTP/1.1");
  const signature = "AWS4-HMAC-SHA256 Credential=edge/20260101/us-east-1/s3/aws4_request";
  // What is read ahead of a body, and what is thrown away of one before the connection ends instead.
  for (const wrong of [[], [`Authorization: ${signature}, SignedHeaders=host, Signature=${"0".repeat(64)}`]])
    for (const ahead of [0, 8, 64, 1024]) {
      const body = "x".repeat(ahead * 1024) + hidden.repeat(200);
      const refused = bytes(
        "PUT /images/refused HTTP/1.1",
        undefined,
        [...wrong, `Content-Length: ${body.length}`],
        body,
      );
      const { statuses, closed } = await store.send([refused, bytes("HEAD /images/none HTTP/1.1")], 20);
      assert.ok(statuses.length > 0 || closed, `no answer to a body of ${body.length}`);
      assert.ok(!statuses.includes(200), `${statuses} to a body of ${body.length}`);
    }
  assert.deepEqual((await store.send([hidden, hidden], 50)).statuses, [200, 200], "connections are not kept");
});
