/** Commands on PATH: those a shell would find, but for our own builds. */
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { cacheDirectory } from "../../toolchain/cache.ts";
import { findPreferred, which } from "../../toolchain/path.ts";
import type { Preferred } from "../../toolchain/tools.ts";

let scratch: string;
const path = process.env.PATH;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "edge-path-"));
});

after(async () => {
  process.env.PATH = path;
  await rm(scratch, { recursive: true });
});

async function place(at: string, text: string, mode = 0o755): Promise<string> {
  const file = join(scratch, at);
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

test("the first folder with the command wins; what cannot be run is passed over", async () => {
  await place("plain/tool", "", 0o644);
  await mkdir(join(scratch, "folder/tool"), { recursive: true });
  const first = await place("first/tool", "");
  await place("second/tool", "");
  const folders = ["none", "plain", "folder", "first", "second"].map((name) => join(scratch, name));
  assert.equal(await which("tool", folders.join(":")), first);
  assert.equal(await which("tool", folders.slice(0, 3).join(":")), undefined);
});

test("neither relative folders nor what we put on PATH ourselves count", async () => {
  assert.equal(await which("sh", "::.:bin:../../../../../../bin"), undefined);
  const below = `${cacheDirectory}/../../..${"/..".repeat(20)}/bin`;
  assert.equal(await which("sh", `${cacheDirectory}/bin/0:${below}:${cacheDirectory}`), undefined);
  const beside = `${cacheDirectory}-of-another/../../..${"/..".repeat(20)}${scratch}`;
  await place("mine", "");
  assert.equal(await which("mine", beside), join(scratch, "mine"));
});

const wanted: Preferred = {
  commands: ["engine", "engine-helper"],
  versionArguments: ["version"],
  atLeast: "v2.5.0",
  instead: [],
};

const script = (version: string) => `#!/bin/sh\n[ "$1" = version ] && echo ${version}\n`;

test("preferred commands are taken where all are there and the first is new enough", async () => {
  process.env.PATH = join(scratch, "preferred");
  const engine = await place("preferred/engine", script("v2.10.0"));
  assert.equal(await findPreferred(wanted), undefined);
  const helper = await place("preferred/engine-helper", "");
  const found = new Map([
    ["engine", engine],
    ["engine-helper", helper],
  ]);
  assert.deepEqual(await findPreferred(wanted), found);
  for (const text of [script("v2.4.9"), script("unknown"), "#!/bin/sh\nexit 1\n"]) {
    await place("preferred/engine", text);
    assert.equal(await findPreferred(wanted), undefined);
  }
});
