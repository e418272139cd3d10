/** Taking and removing a store's directory, with nothing but busybox. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { initContainers, removeDirectory } from "../../render/store-volume.ts";

const root = mkdtempSync(join(tmpdir(), "store-"));
const applets = join(root, "bin");
const directory = join(root, "it's $(here)");
const log = join(root, "log");
mkdirSync(applets);
execFileSync("busybox", ["--install", "-s", applets]);
after(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  for (const path of [directory, log]) rmSync(path, { recursive: true, force: true });
  mkdirSync(directory);
});

const owner = "edge-registry.dev";
const at = (name: string) => join(directory, name);
const write = (name: string, text = "") => writeFileSync(at(name), text);
const marked = (text: string) => write(".edge-registry", text);
const holder = () => readFileSync(at(".edge-registry"), "utf8");

function run([name = "", ...words]: readonly string[], path?: string) {
  // Busybox's shell runs its own rm whatever the path says, so where that is to fail it is this machine's shell.
  const shell = path === undefined ? join(applets, name) : join("/bin", name);
  const { status, stdout, stderr } = spawnSync(shell, words, {
    env: { PATH: path ?? applets },
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** With this machine's paths in place of the pod's. */
function prepare() {
  const volume = { kind: "hostPath", path: "/srv/images" } as const;
  const taking = { image: "i", owner, user: 10001, claim: "claim c", durable: false };
  const [container] = initContainers(volume, taking);
  const places: Readonly<Record<string, string>> = {
    "/data": directory,
    "/dev/termination-log": log,
    "10001": `${process.getuid?.()}`,
  };
  return run((container?.command ?? []).map((word) => places[word] ?? word));
}
const remove = (path?: string) => run(removeDirectory(directory, owner), path);
const done = { status: 0, stdout: "", stderr: "" };

test("a new directory is taken and marked, again as often as its owner starts", () => {
  assert.deepEqual(prepare(), done);
  write("data");
  assert.deepEqual(prepare(), done);
  assert.equal(holder(), `${owner}\n`);
});

test("a disk's own lost+found is nobody's files", () => {
  mkdirSync(at("lost+found"));
  assert.deepEqual(prepare(), done);
  assert.equal(holder(), `${owner}\n`);
});

test("an empty mark hands over, whoever the files were", () => {
  marked("");
  write("data");
  if (process.getuid?.() === 0) chownSync(at("data"), 4321, 4321);
  assert.deepEqual(prepare(), done);
  assert.equal(statSync(at("data")).uid, process.getuid?.());
  assert.equal(holder(), `${owner}\n`);
});

test("files without a mark are refused, and stay as they are", () => {
  write(".hidden");
  assert.equal(prepare().status, 78);
  assert.match(readFileSync(log, "utf8"), /^\/srv\/images on this node holds files and no \.edge-registry: /);
  assert.deepEqual(readdirSync(directory), [".hidden"]);
});

test("another stack's directory is refused, and named", () => {
  marked("edge-registry.prod\n");
  assert.equal(prepare().status, 78);
  assert.match(
    readFileSync(log, "utf8"),
    /^\/srv\/images on this node belongs to stack edge-registry\.prod: /,
  );
  assert.equal(holder(), "edge-registry.prod\n");
});

const fill = () => {
  mkdirSync(at("..bucket"));
  for (const name of ["-rf", ".x", "a b", "..bucket/y", "*"]) write(name);
  symlinkSync(root, at("link"));
};

test("an own directory goes with all that is in it, and nothing beside", () => {
  marked(`${owner}\n`);
  fill();
  assert.deepEqual(remove(), done);
  assert.equal(existsSync(directory), false);
  assert.ok(existsSync(applets));
  assert.deepEqual(remove(), done);
});

test("what is not the stack's stays, and is told", () => {
  const cases = [
    ["edge-registry.prod\n", "it belongs to stack edge-registry.prod\n"],
    ["edge-registry.dev2\n", "it belongs to stack edge-registry.dev2\n"],
    ["", "its .edge-registry is empty, which hands it over\n"],
    [undefined, "it holds files and no .edge-registry\n"],
  ] as const;
  for (const [mark, says] of cases) {
    rmSync(at(".edge-registry"), { force: true });
    if (mark !== undefined) marked(mark);
    write("photo");
    const before = readdirSync(directory);
    assert.deepEqual(remove(), { ...done, stdout: says });
    assert.deepEqual(readdirSync(directory), before);
  }
});

test("a symbolic link is not followed", () => {
  const real = join(root, "real");
  mkdirSync(real);
  writeFileSync(join(real, ".edge-registry"), `${owner}\n`);
  rmSync(directory, { recursive: true });
  symlinkSync(real, directory);
  assert.deepEqual(remove(), { ...done, stdout: "it is a symbolic link\n" });
  assert.ok(existsSync(join(real, ".edge-registry")));
});

/** A folder for PATH in which one program fails as it does on a mount. */
function failing(program: string, when: string): string {
  const folder = mkdtempSync(join(root, "path-"));
  const script = `#!${applets}/sh\ncase "$*" in ${when}) echo "${program}: busy" >&2; exit 1 ;; esac\nexec ${applets}/${program} "$@"\n`;
  writeFileSync(join(folder, program), script);
  chmodSync(join(folder, program), 0o755);
  return `${folder}:${applets}`;
}

test("a removal that fails in its middle goes on at the next run", () => {
  marked(`${owner}\n`);
  fill();
  assert.deepEqual(remove(failing("rm", "*link")), { status: 1, stdout: "", stderr: "rm: busy\n" });
  assert.equal(holder(), `${owner}\n`);
  assert.deepEqual(remove(), done);
  assert.equal(existsSync(directory), false);
});

test("a mount point is left empty, and is no failure then or later", () => {
  marked(`${owner}\n`);
  fill();
  for (const _ of [1, 2]) {
    assert.deepEqual(remove(failing("rmdir", "*")), done);
    assert.deepEqual(readdirSync(directory), []);
  }
});
