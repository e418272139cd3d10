/** The text that kubelets and docker sign in with. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dockerConfig } from "../../render/docker-config.ts";

test("the same credentials for each name of the registry", () => {
  const text = dockerConfig(["10.0.0.7:5045", "edge.test:5045"], { username: "edge", password: "pass" });
  const auth = { username: "edge", password: "pass", auth: "ZWRnZTpwYXNz" };
  assert.deepEqual(JSON.parse(text), { auths: { "10.0.0.7:5045": auth, "edge.test:5045": auth } });
});

test("any text comes back as it was, also from the encoded form", () => {
  const server = fc.oneof(fc.string(), fc.constant("__proto__"));
  fc.assert(
    fc.property(fc.uniqueArray(server), fc.string(), fc.string(), (servers, username, password) => {
      const { auths } = JSON.parse(dockerConfig(servers, { username, password }));
      assert.deepEqual(Object.keys(auths).sort(), [...servers].sort());
      for (const [, each] of Object.entries<Record<string, string>>(auths)) {
        assert.deepEqual([each.username, each.password], [username, password]);
        assert.equal(Buffer.from(`${each.auth}`, "base64").toString(), `${username}:${password}`);
      }
    }),
  );
});
