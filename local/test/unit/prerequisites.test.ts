/** What is asked of the distribution, told apart from what is there. */
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ensurePrerequisites, prerequisites, testPrerequisites } from "../../machine/prerequisites.ts";
import { Progress } from "../../terminal/progress.ts";

let scratch: string;
const path = process.env.PATH;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "edge-prerequisites-"));
  process.env.PATH = scratch; // without apt-get, so nothing is ever installed
});

after(async () => {
  process.env.PATH = path;
  await rm(scratch, { recursive: true });
});

const progress = new Progress({ write: (text) => assert.fail(`it printed ${text}`) });
const ensure = (...wanted: Parameters<typeof ensurePrerequisites>[0]) =>
  ensurePrerequisites(wanted, progress, new AbortController().signal);

async function place(name: string, content: string | Buffer): Promise<void> {
  await writeFile(join(scratch, name), content);
  await chmod(join(scratch, name), 0o755);
}

/** The start of a program whose only segment is of a kind: 1 is loaded, 3 names an interpreter. */
function elf(kind: number): Buffer {
  const bytes = Buffer.alloc(128);
  bytes.write("\x7fELF", "latin1");
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(1, 56);
  bytes.writeUInt32LE(kind, 64);
  return bytes;
}

test("all that is missing is named at once, with the command that installs it", async () => {
  await place("here", "");
  const wanted = [
    { package: "present", command: "here" },
    { package: "one", command: "no-such-command" },
    { package: "two", file: join(scratch, "no-such-file") },
  ];
  const advice = "install them, on Debian and its kin with: apt-get install one two";
  await assert.rejects(ensure(...wanted), {
    name: "Failure",
    message: `missing on this machine: one two; ${advice}`,
  });
});

test("nothing is said where nothing is missing", async () => {
  await place("here", "");
  await ensure({ package: "present", command: "here" }, { package: "file", file: join(scratch, "here") });
});

test("busybox counts only where it runs in an image that has nothing else", async () => {
  const busybox = { package: "busybox-static", command: "busybox" };
  await place("busybox", elf(1));
  await ensure(busybox);
  for (const other of [elf(3), `#!/bin/sh\nexec /opt/busybox "$@" # ${"a wrapper ".repeat(20)}\n`]) {
    await place("busybox", other);
    await assert.rejects(ensure(busybox), /busybox-static/);
  }
});

test("each prerequisite is a command or a file, of a package of its own", () => {
  const all = [...prerequisites, ...testPrerequisites];
  for (const one of all) assert.equal([one.command, one.file].filter(Boolean).length, 1, one.package);
  assert.equal(new Set(all.map((one) => one.package)).size, all.length);
});
