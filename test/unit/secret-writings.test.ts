import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { writingsOf } from "../support/secret.ts";

const found = (texts: readonly string[], where: string) =>
  writingsOf({ what: "one", texts }).some((writing) => where.includes(writing));

const password = 'given Pass+word/"of" 1';

test("a password is found as it is, in JSON, in a URL, and in base64 of whatever is around it", () => {
  assert.ok(found([password], `--password=${password} --verbose`));
  assert.ok(found([password], JSON.stringify({ password })));
  assert.ok(found([password], `https://regUser:${encodeURIComponent(password)}@registry`));
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string({ minLength: 12 }), (before, after, secret) => {
      assert.ok(found([secret], Buffer.from(before + secret + after).toString("base64")));
    }),
  );
  assert.ok(!found([password], Buffer.from(password.slice(1)).toString("base64")));
});

test("a key is found by the lines of its PEM that are private, plain and in base64, and not by its public part", () => {
  for (let round = 0; round < 20; round++) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const [sec1 = "", pkcs8 = ""] = (["sec1", "pkcs8"] as const).map(
      (type) => `${privateKey.export({ type, format: "pem" })}`,
    );
    const texts = [sec1, pkcs8];
    for (const pem of texts) {
      assert.ok(found(texts, pem));
      assert.ok(found(texts, JSON.stringify({ key: pem })));
      assert.ok(found(texts, Buffer.from(`certificate\n${pem}`).toString("base64")));
    }
    assert.ok(found(texts, privateKey.export({ type: "pkcs8", format: "der" }).toString("base64")));
    assert.ok(!found(texts, `${publicKey.export({ type: "spki", format: "pem" })}`));
    const named = publicKey.export({ type: "spki", format: "der" }).toString("base64");
    for (const shift of [0, 1, 2]) assert.ok(!found(texts, named.slice(shift)));
  }
});
