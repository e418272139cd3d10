import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pushImage, Refused } from "../../cluster/push-image.ts";
import { proofImage } from "../../render/proof-image.ts";
import { makeCertificates } from "../support/certificates.ts";
import { FakeRegistry } from "../support/fake-registry.ts";

const image = proofImage("a label");
const registry = await FakeRegistry.shared();

const push = (more: object = {}) => {
  const { port, caCertificate } = registry;
  const account = { user: "ci", password: "secret", repository: "edge/proof", tag: "t1" };
  const destination = { host: "127.0.0.1:5045", caCertificate, ...account, ...more };
  return pushImage(image, destination, connect(port, "127.0.0.1"));
};

test("each blob goes before the manifest that names it, the index last, all over one connection", async () => {
  await push();
  assert.equal(registry.connections, 1);
  const seen = new Set<string>();
  for (const [where, body] of registry.put) {
    const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    const [, said, type = ""] = /(sha256(?::|%3A)[0-9a-f]{64})? (\S+)$/.exec(where) ?? [];
    if (said !== undefined) assert.equal(decodeURIComponent(said), digest);
    if (type.endsWith("json"))
      for (const [named] of body.toString().matchAll(/sha256:[0-9a-f]{64}/g))
        assert.ok(seen.has(named), `${where} names ${named}`);
    seen.add(digest);
  }
  const [last = "", index] = [...registry.put].at(-1) ?? [];
  assert.equal(last, "/v2/edge/proof/manifests/t1 application/vnd.oci.image.index.v1+json");
  assert.equal(`sha256:${createHash("sha256").update(`${index}`).digest("hex")}`, image.digest);
  // The registry's own state of the upload comes back to it as it was.
  assert.ok(
    [...registry.put.keys()].some((where) => where.includes("uploads/one?_state=a%2Bb&digest=sha256%3A")),
  );
});

test("what the registry does not take is told with its words", async () => {
  await assert.rejects(push({ password: "another" }), {
    message: "POST /v2/edge/proof/blobs/uploads/: 401",
  });
  await assert.rejects(push({ password: "another" }), (error) => error instanceof Refused && error.lasting);
  registry.refusals = { "PUT /v2/edge/proof/manifests/t1": 503 };
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
  assert.equal(registry.put.size, 0);
});

test("a connection that the registry ends in the middle ends the push", { timeout: 10_000 }, async () => {
  registry.ends = true;
  await assert.rejects(push(), /the registry has ended the connection|socket hang up|ECONNRESET/);
});
