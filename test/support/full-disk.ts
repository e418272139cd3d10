import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { digestOf, mebibytes } from "./blobs.ts";
import type { LoopVolume } from "./loop-volume.ts";
import { accountOf, type Person } from "./site.ts";

/**
 * Fills the disk of a store in the middle of a push, which fails and says so, and nothing else does. `old:1`, which leads
 * to these digests, and `gone:1` are there; the disk is full in the end.
 */
export async function assertOnlyThatPushFails(
  person: Person,
  volume: LoopVolume,
  old: { readonly manifest: string; readonly layer: string },
): Promise<void> {
  const { https, crane } = person;
  const account = accountOf(person, "regUser");
  const began = await https.send("POST", "/v2/new/blobs/uploads/", { account });
  const pushing = https.send("PATCH", `${began.headers.location}`, {
    account,
    headers: { "content-type": "application/octet-stream" },
    body: Readable.from(mebibytes("new", 60, 50)),
  });
  await volume.fill("during", "64k");
  const failed = await pushing;
  assert.deepEqual([failed.status, failed.code], [503, "UNAVAILABLE"], `${failed.body}`);
  assert.match(`${failed.body}`, /it may be full/);
  // What that push had written is free again, down to the last block.
  await volume.fill("after", "4k");
  await assert.rejects(crane.pushEmpty("regUser", "new:1"), /UNAVAILABLE: .*it may be full/);

  // What was there pulls, and what nobody wants any more goes.
  assert.equal(await crane.run("regPuller", "digest", crane.image("old:1")), old.manifest);
  const pulled = await https.send("GET", `/v2/old/blobs/${old.layer}`, { account });
  assert.equal(digestOf(pulled.body), old.layer);
  const unwanted = await crane.run("regPuller", "digest", crane.image("gone:1"));
  const deleted = await https.send("DELETE", `/v2/gone/manifests/${unwanted}`, { account });
  assert.equal(deleted.status, 202);
  await assert.rejects(crane.run("regPuller", "digest", crane.image("gone:1")), /404|MANIFEST_UNKNOWN/);
}
