/** A body larger than the store's disk. See hostile.test.ts. */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { Besieged } from "../support/besieged.ts";
import { digestOfMebibytes, mebibytes, upload } from "../support/blobs.ts";

let besieged: Besieged;

before(async () => {
  besieged = await Besieged.start("64m");
});
after(() => besieged?.stop());

test("a body larger than the disk is refused, and what was there stays to be pulled", async () => {
  const { client, pusher, repository } = besieged;
  const digest = await digestOfMebibytes("larger", 160);
  await besieged.unnoticed(async () => {
    const bytes = Readable.from(mebibytes("larger", 160));
    // Where the registry's refusal ends its connection before the gateway has read it, the gateway says 502 itself.
    await assert.rejects(
      upload(client, pusher, repository, { digest, bytes }),
      /got (4\d\d|50[237])|ECONNRESET|EPIPE/,
    );
  });
  assert.equal(await besieged.has(`blobs/${digest}`), false);
  await besieged.alive();
});
