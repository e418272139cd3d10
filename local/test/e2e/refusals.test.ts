/** What the machine or the caller may lack: each gets one sentence with its fix, a non-zero exit, and nothing made. */
import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "../../machine/run.ts";
import { entryOf as placeOf } from "../../toolchain/build.ts";
import { cacheDirectory } from "../../toolchain/cache.ts";
import { tools } from "../../toolchain/tools.ts";
import { type Conditions, type Ended, local, localOk } from "../support/cli.ts";

const name = "e2e-refusals";
let scratch: string;
/** A copy of the cache, of links, that a test may break. */
let cache: string;
/** What Go has compiled, which would be in the copy otherwise, and cold. */
let compiled: string;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "edge-refusals-"));
  await chmod(scratch, 0o755);
  cache = join(scratch, "cache/edge-registry");
  await mkdir(join(scratch, "cache"));
  await run("cp", ["-al", cacheDirectory, cache]);
  compiled = (await run("go", ["env", "GOCACHE"])).trim();
});

after(async () => {
  await localOk(["stop", "--name", name]);
  await rm(scratch, { recursive: true, force: true });
});

const withCache = (env: Readonly<Record<string, string>> = {}) => ({
  env: { XDG_CACHE_HOME: join(scratch, "cache"), GOCACHE: compiled, ...env },
});

/** Expects a refusal: exit code 1 and a sentence that matches, with nothing of ours left half-made. */
async function refused(args: readonly string[], sentence: RegExp, conditions?: Conditions): Promise<Ended> {
  const ended = await local(args, conditions);
  assert.equal(ended.code, 1, ended.stderr);
  const errors = ended.stderr.split("\n").filter((line) => line.startsWith("error: "));
  assert.equal(errors.length, 1, ended.stderr);
  assert.match(errors[0] ?? "", sentence);
  assert.doesNotMatch(ended.stderr, /^\s+at /m, "a stack trace");
  return ended;
}

/** This checkout's entry of a tool in the cache of these tests, where those of others are too. */
async function entryOf(name: string): Promise<string> {
  const tool = tools.find((one) => one.name === name) ?? assert.fail(`no ${name}`);
  return join(cache, "tools", basename(await placeOf(tool)));
}

async function removeEntries(tool: string): Promise<void> {
  for (const entry of await readdir(join(cache, "tools"))) {
    if (entry.startsWith(`${tool}-`)) await rm(join(cache, "tools", entry), { recursive: true });
  }
}

async function noDrafts(): Promise<void> {
  const left = (await readdir(cache, { recursive: true })).filter((path) => path.endsWith(".draft"));
  assert.deepEqual(left, []);
}

/** A folder with commands of our own making, to come first on PATH. */
async function commands(scripts: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(scratch, "bin-"));
  for (const [command, script] of Object.entries(scripts)) {
    await writeFile(join(folder, command), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return folder;
}

/** A PATH with everything of this machine but Go. */
async function pathWithoutGo(): Promise<string> {
  const folder = await mkdtemp(join(scratch, "path-"));
  for (const from of ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]) {
    for (const command of await readdir(from)) {
      if (command !== "go") await symlink(join(from, command), join(folder, command)).catch(() => undefined);
    }
  }
  return folder;
}

test("not root", async () => {
  const wrapper = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  await refused(["start", "--name", name], /needs root.*: run the same command with sudo$/, {
    wrapper: [...wrapper, "env", "HOME=/tmp"],
  });
});

test("wrong words", async () => {
  await refused([], /^error: expected a verb, got none$/);
  await refused(["fly"], /^error: expected a verb, got fly$/);
  await refused(["start", "--nodes", "0"], /^error: --nodes: expected a whole number from 1 to 20, got 0$/);
  await refused(["start", "--nodes", "two"], /got two$/);
  await refused(["start", "--name", "../etc"], /^error: --name: expected .*, got \.\.\/etc$/);
  await refused(["start", "--colour", "red"], /Unknown option '--colour'/);
  await refused(
    ["off", "--name", name, "node-1"],
    /there is no cluster e2e-refusals .*: start it with make cluster$/,
  );
});

test("no Go", async () => {
  await removeEntries("crane");
  await refused(
    ["tools"],
    /^error: Go is needed .* not on PATH: install Go 1\.26 or newer/,
    withCache({ PATH: await pathWithoutGo() }),
  );
  await noDrafts();
});

test("Go too old", async () => {
  await removeEntries("crane");
  const folder = await commands({ go: "echo go1.22.5" });
  const PATH = `${folder}:${process.env.PATH}`;
  await refused(
    ["tools"],
    /^error: Go 1\.26 or newer is needed, found go1\.22\.5: install/,
    withCache({ PATH }),
  );
  await noDrafts();
});

test("a module that cannot be downloaded", async () => {
  await removeEntries("crane");
  const modules = join(scratch, "no-modules");
  const env = withCache({
    GOMODCACHE: modules,
    GOPROXY: "http://127.0.0.1:9",
    GONOSUMDB: "*",
    GOFLAGS: "-modcacherw",
  });
  const ended = await refused(
    ["tools"],
    /^error: crane v\S+: a Go module could not be downloaded: check the network, or point GOPROXY/,
    env,
  );
  assert.match(ended.stderr, /\(all of it: .*logs\/crane\.log\)/);
  await noDrafts();
});

test("a build that fails shows its last lines and where all of them are", async () => {
  await removeEntries("crane");
  const real = (await run("sh", ["-c", "command -v go"])).trim();
  const folder = await commands({
    go: `case "$1" in build) echo "main.go:1: broken" >&2; exit 1 ;; *) exec ${real} "$@" ;; esac`,
  });
  const ended = await refused(
    ["tools"],
    /^error: crane v\S+: the build failed$/,
    withCache({ PATH: `${folder}:${process.env.PATH}` }),
  );
  assert.match(ended.stderr, /\nmain\.go:1: broken\n\(all of it: /);
  await noDrafts();
});

test("a full disk", async (t) => {
  const disk = join(scratch, "disk");
  await mkdir(disk);
  await run("mount", ["-t", "tmpfs", "-o", "size=64m", "edge-full", disk]);
  t.after(() => run("umount", ["-l", disk]));
  const sentence =
    /^error: .*: its disk needs .* GB for .*, has 0\.1 GB: free some space there and run the command again$/;
  await refused(["tools"], sentence, { env: { XDG_CACHE_HOME: disk } });
  await refused(["start", "--name", name], sentence, { env: { XDG_STATE_HOME: disk } });
  const left = await readdir(disk, { recursive: true });
  assert.deepEqual(
    left.filter((path) => path.includes("clusters") || path.includes("tools") || path.endsWith(".draft")),
    [],
  );
});

test("a disk that fills up while a tool is built", async (t) => {
  await removeEntries("crane");
  const disk = join(scratch, "small");
  await mkdir(disk);
  // The compiler's own scratch folder: the cache has room, so that the check before the build lets it begin.
  await run("mount", ["-t", "tmpfs", "-o", "size=256k", "edge-small", disk]);
  t.after(() => run("umount", ["-l", disk]));
  await refused(
    ["tools"],
    /^error: crane v\S+: the disk is full: free some space/,
    withCache({ GOTMPDIR: disk }),
  );
  await noDrafts();
});

test("an address range in use", async () => {
  const [own = ""] = (await run("ip", ["-4", "route", "show", "scope", "link"])).split(" ");
  const range = own.replace(/\.\d+\/\d+$/, ".0/24");
  await refused(
    ["start", "--name", name, "--subnet", range],
    /^error: --subnet: .* is in use on this machine by .*: leave --subnet out/,
  );
  await refused(
    ["start", "--name", name, "--subnet", "10.78.0.0/16"],
    /expected a range such as 10\.78\.5\.0\/24, got 10\.78\.0\.0\/16$/,
  );
});

test("a missing kernel feature", async () => {
  const hide = (what: string) => [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    `${what}; exec "$@"`,
    "sh",
  ];
  await refused(
    ["start", "--name", name],
    /^error: this machine lacks the cgroup controllers cpu, cpuset, memory, pids: mount/,
    {
      wrapper: hide("mount -t tmpfs none /sys/fs/cgroup"),
    },
  );
  const overlay = join(scratch, "overlay");
  await run("mkdir", ["-p", ...["lower", "upper", "work", "all"].map((part) => join(overlay, part))]);
  const layers = `lowerdir=${overlay}/lower,upperdir=${overlay}/upper,workdir=${overlay}/work`;
  await refused(
    ["start", "--name", name],
    /^error: this kernel lacks an overlay file system over the folder .*: load the module overlay, or point XDG_STATE_HOME/,
    {
      wrapper: hide(`mount -t overlay -o ${layers} none ${overlay}/all`),
      env: { XDG_STATE_HOME: join(overlay, "all") },
    },
  );
  const broken = await commands({ iptables: 'echo "can\'t initialize iptables table nat" >&2; exit 3' });
  await refused(
    ["start", "--name", name],
    /^error: this kernel lacks address translation by iptables .*: load the module/,
    {
      env: { PATH: `${broken}:${process.env.PATH}` },
    },
  );
});

test("a damaged cache entry is built again, and said to be", async () => {
  const crane = join(await entryOf("cni"), "bridge");
  const good = await readFile(crane);
  for (const damage of [good.subarray(0, 1000), Buffer.concat([good.subarray(0, -1), Buffer.from("X")])]) {
    // Not in place: the file is a link to the real cache's.
    await rm(crane);
    await writeFile(crane, damage, { mode: 0o755 });
    const { stderr } = await localOk(["tools"], withCache());
    assert.match(
      stderr,
      /cni: the cached build in .* is damaged \(bridge is not what was built\); building it again/,
    );
    // Not compared byte by byte with what was there: that may be of another Go's making.
    await run("sha256sum", ["--quiet", "--check", "SHA256SUMS"], { cwd: await entryOf("cni") });
  }
});

test("builds killed or interrupted at ten moments, then two at once, leave a whole cache", async () => {
  for (const [at, moment] of [100, 300, 500, 700, 900, 1100, 1300, 1600, 1900, 2200].entries()) {
    for (const tool of ["cni", "crane", "runc"]) await removeEntries(tool);
    await local(["tools"], { ...withCache(), signal: [at % 2 === 0 ? "SIGINT" : "SIGKILL", moment] });
  }
  const both = await Promise.all([localOk(["tools"], withCache()), localOk(["tools"], withCache())]);
  assert.equal(both[0].stdout, both[1].stdout);
  await noDrafts();
  for (const tool of ["cni", "crane", "runc"]) {
    const entry = await entryOf(tool);
    await run("sha256sum", ["--quiet", "--check", "SHA256SUMS"], { cwd: entry });
  }
});
