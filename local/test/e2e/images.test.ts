/** The images: the same bytes from the same inputs, and what they say about how to run them. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Image, writeArchive } from "../../images/archive.ts";
import { catalog } from "../../images/catalog.ts";
import { run } from "../../machine/run.ts";
import { digestOf } from "../../toolchain/digest.ts";
import { localOk } from "../support/cli.ts";

let scratch: string;
let images: readonly Image[];

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "edge-images-"));
  images = await catalog((await localOk(["tools"])).stdout.trim());
});

after(() => rm(scratch, { recursive: true, force: true }));

test("an image built twice is the same bytes", async () => {
  for (const image of images) {
    const digests: string[] = [];
    for (const round of ["one", "two"]) {
      const path = join(scratch, `${image.name}-${round}.tar`);
      await writeArchive(image, path);
      digests.push(await digestOf(path));
      await rm(path);
      await sleep(image.name === "pause" ? 1100 : 0); // so that a clock in the bytes would show
    }
    assert.equal(digests[0], digests[1], image.name);
  }
});

test("an image is one that other tools read", async () => {
  const image = images.find(({ name }) => name === "busybox") ?? assert.fail("no busybox");
  const path = join(scratch, "busybox.tar");
  await writeArchive(image, path);
  const names = (await run("tar", ["-tf", path])).trim().split("\n");
  assert.deepEqual(names.slice(0, 3), ["oci-layout", "index.json", "manifest.json"]);
  const layers = await run("sh", ["-c", `tar -xOf ${path} manifest.json`]);
  const [{ Layers }] = JSON.parse(layers);
  const listing = await run("sh", ["-c", `tar -xOf ${path} ${Layers[0]} | tar -tvf -`]);
  const shell = listing.split("\n").find((line) => line.includes(" bin/sh ")) ?? "";
  assert.match(shell, /^hrwxr-xr-x 0\/0 .* bin\/sh link to bin\/busybox/);
  assert.ok(/^drwxrwxrwt 0\/0 .* tmp$/m.test(listing), "/tmp is not open to all");
});
