import assert from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { isNews, passNews } from "../../engine/events.ts";

const beginnings = [
  " +  kubernetes:core/v1:Secret accounts creating (0s) ",
  " +  kubernetes:core/v1:Service store-service creating (12s) Skipping await logic",
  " ~  kubernetes:apps/v1:DaemonSet node-trust updating (0s) [diff: ~spec]",
  " ~  kubernetes:apps/v1:DaemonSet node-trust updating (0s) [diff: ~spec]; Skipping await logic",
  " +-tls:index:LocallySignedCert server-certificate replacing (0s) [diff: ~dnsNames]",
  " ++ tls:index:LocallySignedCert server-certificate creating replacement (0s) [diff: ~dnsNames]",
  " -  kubernetes:core/v1:ConfigMap proof-image deleting (0s) Resource scheduled for deletion",
  " -  kubernetes:core/v1:Namespace home deleting (0s)[retain]",
];
const components = [
  " +  edge-registry:index:Home home creating (0s) ",
  " +  edge-registry:index:Home home created (0.1s)",
  " -  edge-registry:index:PullProof proof deleted",
];
const news = [
  " +  kubernetes:core/v1:Secret accounts created (0.10s) ",
  " ~  kubernetes:apps/v1:DaemonSet node-trust updated (0.09s) [diff: ~spec];",
  " +  pulumi:pulumi:Stack edge-registry-dev creating (2s) warning: storage.size: 10Gi is only a wish",
  " +  pulumi-nodejs:dynamic/edge-registry:rollout proof-rollout creating (3s) waiting for node-1",
  " +  kubernetes:apps/v1:Deployment store **creating failed** error: denied",
  " +  edge-registry:index:Home home **creating failed** 1 error",
  "    + 62 created",
  "Duration: 27s",
  "",
];

test("a step that only begins is no news, nor is what a component is made of", () => {
  for (const line of [...beginnings, ...components]) assert.equal(isNews(line), false, line);
});

test("what was done, failed, is awaited or warned of is news", () => {
  for (const line of news) assert.equal(isNews(line), true, line);
});

test("news is passed on in its order, whole, without blanks at the ends, an unfinished last line too", async () => {
  const to = new PassThrough();
  const chunks = [`${[...beginnings, ...news].join("\n")}\nerr`, "or: wäh".slice(0, 5), "ähr"];
  await passNews(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), to);
  to.end();
  assert.equal(await text(to), `${[...news, "error: währ"].map((line) => line.trimEnd()).join("\n")}\n`);
});
