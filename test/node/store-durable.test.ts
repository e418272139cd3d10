/** Making a store's directory synchronous, with nothing but busybox and the two commands that Debian's lacks. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { initContainers } from "../../render/store-volume.ts";

const root = mkdtempSync("/var/tmp/store-durable-"); // on a disk, where /tmp may be in memory
const applets = join(root, "bin");
const directory = join(root, "data");
const [log, mounts] = [join(root, "log"), join(root, "mounts")];
mkdirSync(applets);
execFileSync("busybox", ["--install", "-s", applets]);
for (const name of ["chattr", "lsattr"]) {
  rmSync(join(applets, name), { force: true });
  symlinkSync(
    execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(),
    join(applets, name),
  );
}
after(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  rmSync(directory, { recursive: true, force: true });
  rmSync(log, { force: true });
  mkdirSync(directory);
  mountedOn("ext4");
});

const mountedOn = (type: string, options = "rw,relatime") =>
  writeFileSync(mounts, `proc /proc proc rw 0 0\n/dev/sdb ${directory} ${type} ${options} 0 0\n`);
const flagged = (path: string) => /^\S*S/.test(execFileSync("lsattr", ["-d", path], { encoding: "utf8" }));
const folder = (path: string) => mkdirSync(join(directory, path), { recursive: true });
const done = { status: 0, stdout: "", stderr: "" };

/** With this machine's paths in place of the pod's; `path` goes before busybox's. */
function run(path = applets) {
  const taking = { image: "i", owner: "o", user: 1, claim: "claim object-store", durable: true };
  const [container] = initContainers({ kind: "storageClass" }, taking);
  const places: Readonly<Record<string, string>> = {
    ...{ "/data": directory, "/proc/mounts": mounts, "/dev/termination-log": log },
  };
  const [shell = "", ...words] = (container?.command ?? []).map((word) => places[word] ?? word);
  const { status, stdout, stderr } = spawnSync(join(applets, shell), words, {
    env: { PATH: `${path}:${applets}` },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** A folder for PATH in which chattr fails for what matches. */
function chattrRefuses(pattern: string): string {
  const refusing = mkdtempSync(join(root, "path-"));
  const script = `#!${applets}/sh\ncase "$*" in ${pattern}) exit 1 ;; esac\nexec ${applets}/chattr "$@"\n`;
  writeFileSync(join(refusing, "chattr"), script, { mode: 0o755 });
  return refusing;
}

test("a new directory hands the flag on to all that is made in it", () => {
  assert.deepEqual(run(), done);
  folder("bucket/a");
  writeFileSync(join(directory, "bucket/a/data"), "");
  for (const path of ["", "bucket", "bucket/a", "bucket/a/data"])
    assert.ok(flagged(join(directory, path)), path);
  assert.deepEqual(readdirSync(directory), ["bucket"]);
});

test("folders that are there get it, also those that were moved in later, and links are not followed", () => {
  folder("bucket/a b/c");
  folder(".hidden/d");
  symlinkSync(applets, join(directory, "link"));
  assert.deepEqual(run(), done);
  for (const path of ["", "bucket", "bucket/a b", "bucket/a b/c", ".hidden", ".hidden/d"])
    assert.ok(flagged(join(directory, path)), path);
  assert.ok(!flagged(applets));

  mkdirSync(join(root, "moved/deep"), { recursive: true });
  execFileSync("mv", [join(root, "moved"), directory]);
  assert.ok(!flagged(join(directory, "moved")));
  assert.deepEqual(run(), done);
  assert.ok(flagged(join(directory, "moved/deep")) && flagged(join(directory, "moved")));
});

test("parts of uploads go at each start, and new ones are as quick as they are", () => {
  folder("bucket/.sgwtmp/multipart/object/upload");
  for (const _ of ["at the walk", "later"]) {
    folder("bucket/.sgwtmp/multipart/object/upload");
    writeFileSync(join(directory, "bucket/.sgwtmp/multipart/object/upload/1"), "part");
    assert.deepEqual(run(), done);
    assert.deepEqual(readdirSync(join(directory, "bucket/.sgwtmp/multipart")), []);
    assert.ok(!flagged(join(directory, "bucket/.sgwtmp/multipart")));
    for (const path of ["", "bucket", "bucket/.sgwtmp"]) assert.ok(flagged(join(directory, path)), path);
  }
});

test("a walk that ends in its middle leaves what lies above without the flag, and the next one goes on", () => {
  folder("bucket/one/two");
  assert.equal(run(chattrRefuses('*"/bucket"')).status, 78);
  assert.ok(flagged(join(directory, "bucket/one/two")));
  assert.ok(!flagged(join(directory, "bucket")));
  assert.ok(!flagged(directory));
  assert.match(
    readFileSync(log, "utf8"),
    /^the volume of claim object-store: the flag S cannot be set on .*bucket: /,
  );
  assert.deepEqual(run(), done);
  assert.ok(flagged(directory));
});

test("a directory that has it is not written to: its disk may be full", () => {
  folder("bucket");
  run();
  execFileSync("chattr", ["+i", directory]);
  try {
    assert.deepEqual(run(), done);
  } finally {
    execFileSync("chattr", ["-i", directory]);
  }
});

test("where a power cut may take a push, the one sentence names place, file system and the ways out", () => {
  for (const [type, options, names] of [
    ["overlay", "rw", "overlay,"],
    ["btrfs", "rw", "btrfs,"],
    ["xfs", "rw,relatime", "xfs mounted without dirsync,"],
    ["nfs4", "rw,sync", "nfs4,"],
  ] as const) {
    mountedOn(type, options);
    assert.equal(run().status, 78, type);
    const said = readFileSync(log, "utf8");
    assert.ok(
      said.startsWith(`the volume of claim object-store is on ${names} where a power cut may take`),
      said,
    );
    for (const way of ["ext4, f2fs", "storage.server minio", "storage.durable false"])
      assert.ok(said.includes(way), way);
    assert.equal(said.trim().split("\n").length, 1);
    assert.ok(!flagged(directory));
  }
  writeFileSync(mounts, "");
  assert.equal(run().status, 78);
  assert.match(readFileSync(log, "utf8"), /is on an unknown file system,/);
});

test("xfs is taken where the whole mount has synchronous names", () => {
  for (const option of ["dirsync", "wsync", "sync"]) {
    mountedOn("xfs", `rw,${option},relatime`);
    assert.deepEqual(run(), done, option);
  }
});

test("a file system that does not hand the flag on is refused, and nothing is left on it", () => {
  assert.equal(run(chattrRefuses("*probe*")).status, 78);
  assert.match(
    readFileSync(log, "utf8"),
    /^the volume of claim object-store is on ext4, which makes nothing/,
  );
  assert.deepEqual(readdirSync(directory), []);
});

test("a directory of a node is called by its path", () => {
  const taking = { image: "i", owner: "o", user: 1, claim: "claim c", durable: true };
  const all = initContainers({ kind: "hostPath", path: "/srv/images" }, taking);
  assert.deepEqual(
    all.map(({ name }) => name),
    ["prepare", "durable"],
  );
  assert.ok(all[1]?.command.includes("/srv/images on this node"));
});
