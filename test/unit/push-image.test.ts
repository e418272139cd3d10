import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, before, beforeEach, test } from "node:test";
import { pushImage, Refused } from "../../cluster/push-image.ts";
import { proofImage } from "../../render/proof-image.ts";
import { makeCertificates } from "../support/certificates.ts";

const image = proofImage("a label");
const folder = mkdtempSync(join(tmpdir(), "edge-registry-"));
const authorization = `Basic ${Buffer.from("ci:secret").toString("base64")}`;
let server: Server;
let caCertificate: string;
/** What was put where, and how many connections that took. */
const put = new Map<string, Buffer>();
let connections = 0;
/** Whether the registry ends its connection after each answer, as one does that is about to stop. */
let ends = false;
/** What the registry answers instead, by the beginning of "method path". */
let refusals: Readonly<Record<string, number>> = {};

before(async () => {
  const { certificate, privateKey } = await makeCertificates(folder);
  caCertificate = readFileSync(join(folder, "ca.crt"), "utf8");
  server = createServer({ cert: certificate, key: privateKey }, async (request, response) => {
    const { method, url = "", headers } = request;
    const body = await buffer(request);
    if (ends) response.setHeader("connection", "close");
    const refused = Object.entries(refusals).find(([start]) => `${method} ${url}`.startsWith(start));
    if (refused) response.writeHead(refused[1]).end("because");
    else if (headers.authorization !== authorization || headers.host !== "127.0.0.1:5045")
      response.writeHead(401).end();
    else if (method === "POST") response.writeHead(202, { location: `${url}one?_state=a%2Bb` }).end();
    else {
      put.set(`${url} ${headers["content-type"]}`, body);
      response.writeHead(201).end();
    }
  }).listen(0, "127.0.0.1");
  server.on("secureConnection", () => {
    connections += 1;
  });
  await once(server, "listening");
});

after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  put.clear();
  connections = 0;
  refusals = {};
  ends = false;
});

const push = (more: object = {}) => {
  const { port } = server.address() as { port: number };
  const account = { user: "ci", password: "secret", repository: "edge/proof", tag: "t1" };
  const destination = { host: "127.0.0.1:5045", caCertificate, ...account, ...more };
  return pushImage(image, destination, connect(port, "127.0.0.1"));
};

test("each blob goes before the manifest that names it, the index last, all over one connection", async () => {
  await push();
  assert.equal(connections, 1);
  const seen = new Set<string>();
  for (const [where, body] of put) {
    const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    const [, said, type = ""] = /(sha256(?::|%3A)[0-9a-f]{64})? (\S+)$/.exec(where) ?? [];
    if (said !== undefined) assert.equal(decodeURIComponent(said), digest);
    if (type.endsWith("json"))
      for (const [named] of body.toString().matchAll(/sha256:[0-9a-f]{64}/g))
        assert.ok(seen.has(named), `${where} names ${named}`);
    seen.add(digest);
  }
  const [last = "", index] = [...put].at(-1) ?? [];
  assert.equal(last, "/v2/edge/proof/manifests/t1 application/vnd.oci.image.index.v1+json");
  assert.equal(`sha256:${createHash("sha256").update(`${index}`).digest("hex")}`, image.digest);
  // The registry's own state of the upload comes back to it as it was.
  assert.ok([...put.keys()].some((where) => where.includes("uploads/one?_state=a%2Bb&digest=sha256%3A")));
});

test("what the registry does not take is told with its words", async () => {
  await assert.rejects(push({ password: "another" }), {
    message: "POST /v2/edge/proof/blobs/uploads/: 401",
  });
  await assert.rejects(push({ password: "another" }), (error) => error instanceof Refused && error.lasting);
  refusals = { "PUT /v2/edge/proof/manifests/t1": 503 };
  await assert.rejects(push(), { message: "PUT /v2/edge/proof/manifests/t1: 503 because" });
});

test("another authority's certificate, and one for another name, are refused before a password is sent", async () => {
  const other = mkdtempSync(join(tmpdir(), "edge-registry-"));
  await makeCertificates(other);
  const stranger = readFileSync(join(other, "ca.crt"), "utf8");
  rmSync(other, { recursive: true });
  await assert.rejects(push({ caCertificate: stranger }), /certificate/);
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  try {
    await assert.rejects(push({ caCertificate: stranger }), /certificate/);
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  }
  await assert.rejects(push({ host: "192.0.2.7:5045" }), /IP: 192\.0\.2\.7 is not in the cert/);
  assert.equal(put.size, 0);
});

test("a connection that the registry ends in the middle ends the push", { timeout: 10_000 }, async () => {
  ends = true;
  await assert.rejects(push(), /the registry has ended the connection|socket hang up|ECONNRESET/);
});
