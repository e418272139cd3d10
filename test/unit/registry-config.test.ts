/** Distribution's configuration: what must not be forgotten in it, and that no text breaks out of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type RegistryConfigArgs, registryConfig } from "../../render/registry-config.ts";

const args: RegistryConfigArgs = {
  bucket: "registry-edge",
  endpoint: "https://store.edge.svc:9000",
  region: "us-east-1",
  pathStyle: true,
  accessKey: "access",
  secretKey: "secret",
  httpSecret: "signing",
  alone: true,
  notifications: [],
};
const parsed = (changes: Partial<RegistryConfigArgs> = {}) =>
  JSON.parse(registryConfig({ ...args, ...changes }));

test("it listens inside the pod only, and cuts nobody off", () => {
  const { addr, secret, relativeurls, draintimeout } = parsed().http;
  assert.deepEqual([addr, secret, relativeurls, draintimeout], ["127.0.0.1:5000", "signing", true, "30s"]);
  assert.equal(parsed({ listen: "127.0.0.1:5001" }).http.addr, "127.0.0.1:5001");
});

test("blobs come through it, can be deleted, and its health is not the store's", () => {
  const { storage, health } = parsed();
  assert.deepEqual(storage.redirect, { disable: true });
  assert.deepEqual(storage.delete, { enabled: true });
  assert.deepEqual(health, { storagedriver: { enabled: false } });
});

test("the store is reached by path, with TLS where its URL says so", () => {
  const { bucket, region, regionendpoint, forcepathstyle, secure } = parsed().storage.s3;
  assert.deepEqual(
    [bucket, region, regionendpoint, forcepathstyle, secure],
    ["registry-edge", "us-east-1", "https://store.edge.svc:9000", true, true],
  );
  assert.equal(parsed({ pathStyle: false }).storage.s3.forcepathstyle, false);
  assert.equal(parsed({ region: "eu-central-1" }).storage.s3.region, "eu-central-1");
  assert.equal(parsed({ endpoint: "http://10.0.0.9:9000" }).storage.s3.secure, false);
});

test("what it remembers of blobs, it remembers only where nobody else deletes any", () => {
  assert.deepEqual(parsed().storage.cache, { blobdescriptor: "inmemory" });
  assert.equal(parsed({ alone: false }).storage.cache, undefined);
});

test("who is told of what, with which headers, and how patiently", () => {
  const one = {
    name: "ci",
    url: "https://ci.example/pushed",
    timeoutSeconds: 3,
    threshold: 2,
    backoffSeconds: 60,
  };
  const [told] = parsed({
    notifications: [{ ...one, headers: { Authorization: "Bearer t" }, events: ["push"] }],
  }).notifications.endpoints;
  assert.deepEqual(told, {
    name: "ci",
    url: "https://ci.example/pushed",
    headers: { Authorization: ["Bearer t"] },
    timeout: "3s",
    threshold: 2,
    backoff: "60s",
    ignore: { actions: ["pull", "delete"] },
  });
  assert.equal(parsed().notifications, undefined);
});

test("it asks for no account: the gateway has done so", () => assert.equal(parsed().auth, undefined));

test("any text comes back as it was and adds nothing", () => {
  const shape = Object.keys(parsed());
  const text = fc.oneof(fc.string(), fc.constantFrom('"}\n- x: &a', "yes", "0x10", "\u2028!!int 1"));
  fc.assert(
    fc.property(text, text, text, text, (accessKey, secretKey, bucket, httpSecret) => {
      const config = parsed({ accessKey, secretKey, bucket, httpSecret });
      assert.deepEqual(Object.keys(config), shape);
      const { s3 } = config.storage;
      const found = [s3.accesskey, s3.secretkey, s3.bucket, config.http.secret];
      assert.deepEqual(found, [accessKey, secretKey, bucket, httpSecret]);
    }),
  );
});
