/** Requests to S3: signed as AWS publishes it, and answers read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type BucketAddress, elements, escaped, type Question, signed } from "../../s3/client.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const published: BucketAddress = {
  endpoint: "https://s3.amazonaws.com",
  region: "us-east-1",
  bucket: "examplebucket",
  accessKey: "AKIAIOSFODNN7EXAMPLE",
  secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  pathStyle: false,
};
const then = new Date("2013-05-24T00:00:00Z");
const signature = async (question: Question) => {
  const { url, headers } = await signed(published, question, then);
  return [url.href, /Signature=(\w+)$/.exec(`${headers.authorization}`)?.[1]];
};

test("the signatures are those that AWS publishes for its examples", async () => {
  assert.deepEqual(await signature({ method: "GET", query: { lifecycle: "" } }), [
    "https://examplebucket.s3.amazonaws.com/?lifecycle=",
    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  ]);
  assert.deepEqual(await signature({ method: "GET", query: { "max-keys": "2", prefix: "J" } }), [
    "https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J",
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  ]);
});

test("the bucket is named in the path or before the host", async () => {
  const question: Question = { method: "PUT", key: "a b/ü", body: "x" };
  const { url: before } = await signed(published, question);
  assert.equal(before.href, "https://examplebucket.s3.amazonaws.com/a%20b/%C3%BC");
  const { url, headers } = await signed(
    { ...published, pathStyle: true, endpoint: "https://[2001:db8::9]:9000" },
    question,
  );
  assert.equal(url.href, "https://[2001:db8::9]:9000/examplebucket/a%20b/%C3%BC");
  assert.equal(headers["content-length"], 1);
  assert.equal(
    headers["x-amz-content-sha256"],
    "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
  );
});

test("elements are read as they were written, whatever is in them", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), (texts) => {
      const xml = `<a>${texts.map((text) => `<Key>${escaped(text)}</Key>`).join("")}<Keys>no</Keys></a>`;
      assert.deepEqual(elements(xml, "Key"), texts);
    }),
  );
  assert.deepEqual(elements("<Key>&quot;&#65;&#x42;&apos;&gt;</Key>", "Key"), [`"AB'>`]);
});
