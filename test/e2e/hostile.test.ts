/**
 * Requests that no client makes, one at a time: none crashes the gateway or the registry, reaches what it may not, or
 * keeps another client from being served. Each process has the memory of its container. What comes in masses is in
 * hostile-masses.test.ts. Run it alone: `PATH=$(node local/main.ts tools):$PATH node --test test/e2e/hostile.test.ts`
 */
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Besieged } from "../support/besieged.ts";
import { digestOf, upload } from "../support/blobs.ts";
import { putManifest } from "../support/manifests.ts";
import { bytes } from "../support/raw.ts";
import { smuggling } from "../support/smuggling.ts";

let besieged: Besieged;

before(async () => {
  besieged = await Besieged.start();
});
after(() => besieged?.stop());
afterEach(() => besieged.alive());

const catalog = ["/v2/_catalog", "/v2/team/kept/tags/list"];

test("no path leads out of the API, nor past the sign-in", async () => {
  const { raw, puller } = besieged;
  const ups = ["..", "%2e%2e", "%252e%252e", "..%2f", "..%5c", "..;", ".%00.", "%c0%ae%c0%ae"];
  const paths = [
    ...ups.flatMap((up) => [`/v2/${up}/debug/vars`, `/v2/team/kept/blobs/${up}/${up}/${up}/etc/passwd`]),
    ...ups.map((up) => `/v2/team/kept/manifests/${up}/${up}/${up}/${up}/etc/passwd`),
    ...[
      "//v2//_catalog",
      "/V2/_catalog",
      "/v2;x/_catalog",
      "/debug/vars",
      "/metrics",
      "/v2/%00",
      "/v2/\\..\\",
    ],
  ];
  const around = catalog.flatMap((path) => [
    ...[`/.${path}`, `//${path}`, `/healthz/..${path}`, `/readyz/%2e%2e${path}`, `/healthz%2f..${path}`],
    ...[path.replace("v2", "%76%32"), path.replace("v2", "v2/."), `https://edge.test${path}`, `*${path}`],
  ]);
  await besieged.unnoticed(async () => {
    for (const path of paths) {
      const { text, statuses } = await raw.send(bytes(`GET ${path} HTTP/1.1`, puller, ["Connection: close"]));
      assert.ok([301, 308, 400, 401, 404].includes(statuses[0] ?? 0), `${path}: ${text}`);
      assert.doesNotMatch(text, /root:|cmdline|memstats|go_goroutines/, path);
    }
    for (const path of around) {
      const { text, statuses } = await raw.send(
        bytes(`GET ${path} HTTP/1.1`, undefined, ["Connection: close"]),
      );
      assert.ok([400, 401, 404].includes(statuses[0] ?? 0), `${path}: ${text}`);
      assert.doesNotMatch(text, /"repositories"|"tags"/, path);
    }
  });
});

test("no request is smuggled behind another, to a registry that would do what it says", async () => {
  const { client, raw, pusher, repository } = besieged;
  const { descriptor } = await putManifest(client, pusher, repository, "target", { annotations: { a: "b" } });
  const target = `/v2/${repository}/manifests/${descriptor.digest}`;
  const inner = `DELETE ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;
  const line = "GET /v2/ HTTP/1.1";
  const odd: Record<string, string> = {
    "HTTP/2's preface": `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${inner}`,
    "HTTP/0.9": `GET /v2/\r\n\r\n${inner}`,
    "a target with a line's end": bytes("GET /v2/\r\nX: HTTP/1.1", pusher, [], inner),
    "bare LFs only": bytes(line, pusher).replaceAll("\r\n", "\n") + inner,
  };
  for (const [name, shape] of Object.entries(smuggling)) odd[name] = bytes(line, pusher, ...shape(inner));
  await besieged.unnoticed(async () => {
    for (const [name, sent] of Object.entries(odd)) {
      const { statuses, closed } = await raw.send(sent);
      // The outer one may be answered, and the inner one where it stands by itself, but then it is nobody's.
      const expected = statuses.every((status) => [100, 200, 400, 401, 404, 501, 502, 505].includes(status));
      assert.ok((statuses.length > 0 || closed) && expected, `${name}: ${statuses}`);
      const there = await besieged.has(`manifests/${descriptor.digest}`);
      assert.ok(there, `${name}: the inner request was obeyed`);
    }
  });
});

test("HTTP/2 is not spoken, so no request is turned from one into the other", async () => {
  const socket = await besieged.raw.connect(["h2", "http/1.1"]);
  assert.equal(socket.alpnProtocol, "http/1.1");
  socket.destroy();
});

test("headers that are too large are refused, be it one or many", async () => {
  const { raw, puller } = besieged;
  const huge: readonly (readonly string[])[] = [
    [`X: ${"a".repeat(2 ** 20)}`],
    Array.from({ length: 20_000 }, (_, number) => `X-${number}: ${number}`),
    [`Authorization: Basic ${"A".repeat(2 ** 20)}`],
    [`Cookie: ${"a=b; ".repeat(200_000)}`],
  ];
  await besieged.unnoticed(async () => {
    for (const headers of huge) {
      const { statuses } = await raw.send(bytes("GET /v2/ HTTP/1.1", undefined, headers));
      assert.ok(statuses.length === 0 || statuses[0] === 431, `${statuses}`);
    }
    const { statuses } = await raw.send(bytes(`GET /v2/${"a".repeat(2 ** 20)} HTTP/1.1`, puller));
    assert.ok([0, 400, 414, 431].includes(statuses[0] ?? 0), `${statuses}`);
  });
});

test("a body shorter or longer than was said is not kept", async () => {
  const { client, raw, pusher, repository } = besieged;
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: "x" });
  const type = "Content-Type: application/vnd.oci.image.manifest.v1+json";
  await besieged.unnoticed(async () => {
    for (const said of [manifest.length + 10, manifest.length - 3, 10 ** 15]) {
      const line = `PUT /v2/${repository}/manifests/wrong HTTP/1.1`;
      const { statuses } = await raw.send(bytes(line, pusher, [type, `Content-Length: ${said}`], manifest));
      assert.ok([undefined, 400, 413].includes(statuses[0]), `${said}: ${statuses}`);
    }
    const blob = Buffer.from("a blob of some bytes");
    const began = await client.send("POST", `/v2/${repository}/blobs/uploads/`, { account: pusher });
    const place = `${began.headers.location}&digest=${digestOf(blob)}`;
    for (const said of [blob.length + 10, 10 ** 15, 10 ** 30]) {
      const line = `PUT ${place} HTTP/1.1`;
      await raw.send(bytes(line, pusher, [`Content-Length: ${said}`], blob.toString()));
    }
    const other = digestOf(Buffer.from("other bytes"));
    await assert.rejects(upload(client, pusher, repository, { digest: other, bytes: blob }), /got 400/);
    for (const place of ["manifests/wrong", `blobs/${digestOf(blob)}`, `blobs/${other}`])
      assert.equal(await besieged.has(place), false, place);
  });
});
