/** The line in the hosts file: what it must never do to the other lines. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { certs, FakeHost, line } from "./fake-host.ts";

const home = `${certs}/.edge-registry`;

const word = fc.string({ unit: fc.constantFrom(..."ab1.:#\\|&/ \t\r\u00e9\u00ff'\"$`*[]") });
const foreignLine = fc.oneof(
  word,
  fc.constantFrom(
    "127.0.0.1 localhost",
    `# ${line()}`,
    line("edge/dev2"),
    line("edge/other"),
    `${line()} more`,
    "x".repeat(70_000),
  ),
);
const ending = fc.constantFrom("\n", "\r\n");
const foreignText = fc
  .tuple(fc.array(fc.tuple(foreignLine, ending), { maxLength: 8 }), word)
  .map(([lines, last]) => lines.map(([text, end]) => text + end).join("") + last);

test("any text: one line of ours, all else byte for byte, and whole again after leaving", () => {
  const host = new FakeHost();
  const others = new FakeHost({ hosts: undefined, registries: ["x:1"] }, host);
  fc.assert(
    fc.property(foreignText, fc.constantFrom(0o644, 0o444, 0o600), (text, mode) => {
      host.write("/etc/hosts", text, mode);
      assert.equal(host.agent("once").code, 0);
      const written = host.tree()["etc/hosts"];
      const lines = host.read("/etc/hosts").split("\n");
      assert.deepEqual(
        lines.filter((each) => each === line()),
        [line()],
      );
      assert.equal(host.agent("once").code, 0);
      assert.equal(host.tree()["etc/hosts"], written, "a second pass writes nothing");
      assert.equal(others.agent("once").code, 0);
      assert.equal(host.read("/etc/hosts"), text, "all else stays");
    }),
    { numRuns: 60 },
  );
});

const cases: Readonly<Record<string, readonly [string, string]>> = {
  "a changed address": [`a\n${line().replace("10.0.0.1", "10.0.0.2")}\nb\n`, `a\nb\n${line()}\n`],
  "own lines that are stale": [`${line()}\na\n${line().replace("reg", "old")}\n`, `a\n${line()}\n`],
  "an own line that was given another ending": [`a\n${line()}\r\n`, `a\n${line()}\n`],
  "an end without a newline": ["a\nb", `${line()}\na\nb`],
  "an own line that lost its newline": [`a\n${line()}`, `a\n${line()}`],
  "an empty file": ["", `${line()}\n`],
};
for (const [what, [before, after]] of Object.entries(cases))
  test(what, () => {
    const host = new FakeHost();
    host.write("/etc/hosts", before);
    assert.equal(host.agent("once").code, 0);
    assert.equal(host.read("/etc/hosts"), after);
  });

test("a file with a zero byte is left alone", () => {
  const host = new FakeHost();
  host.write("/etc/hosts", "a\0b\n");
  assert.match(host.agent("once").text, /zero byte/);
  assert.equal(host.read("/etc/hosts"), "a\0b\n");
});

test("an owner's dot means a dot", () => {
  const host = new FakeHost({ owner: "a.b" });
  host.write("/etc/hosts", `${line("axb")}\n`);
  host.agent("once");
  assert.equal(host.read("/etc/hosts"), `${line("axb")}\n${line("a.b")}\n`);
});

/** A host on which a writer died: with the two texts saved, and this in the file. */
function torn(oldText: string, newText: string, now: string): FakeHost {
  const host = new FakeHost();
  host.write("/etc/hosts", now);
  host.write(`${home}/made`, "");
  host.write(`${home}/hosts.old`, oldText);
  host.write(`${home}/hosts.new`, newText);
  return host;
}

test("a half-written file is finished, wherever it was cut", () => {
  const text = "127.0.0.1 localhost\n::1 ip6-localhost\n";
  const added = `${text}${line()}\n`;
  const stale = `${line().replace("10.0.0.1", "10.0.0.255")}\n`;
  for (const [before, after] of [
    [text, added],
    [stale + text, added],
    [stale + stale + text, added],
  ] as const) {
    const longest = Math.max(before.length, after.length);
    for (let at = 0; at <= longest; at += 7) {
      const host = torn(
        before,
        after,
        after.padEnd(longest, "\n").slice(0, at) + before.padEnd(longest, "\n").slice(at),
      );
      assert.equal(host.agent("once").code, 0);
      assert.equal(host.read("/etc/hosts"), after, `cut at ${at}`);
      assert.ok(!existsSync(host.at(`${home}/hosts.new`)));
    }
  }
});

test("what somebody wrote since stands", () => {
  const host = torn("a\nb\n", `a\nb\n${line()}\n`, "10.9.9.9 theirs, written since the power came back\n");
  assert.equal(host.agent("once").code, 0);
  assert.equal(host.read("/etc/hosts"), `10.9.9.9 theirs, written since the power came back\n${line()}\n`);
});

test("killed at any moment, the next pass makes it whole", { timeout: 120_000 }, async () => {
  const text = `${"10.1.1.1 some.other.name # theirs\n".repeat(3000)}::1 last`;
  const host = new FakeHost();
  let interrupted = 0;
  for (let round = 0; round < 60; round++) {
    host.write(
      "/etc/hosts",
      round % 2 ? text : `${text}\n${line().replace("10.0.0.1", "10.0.0.255")}\nend\n`,
    );
    const [file, words, options] = host.command("once");
    const child = spawn(file, words, { ...options, stdio: "ignore", detached: true });
    await delay(5 + ((round * 53) % 90));
    if (child.exitCode === null && child.pid !== undefined) {
      // With its children: a power cut spares none.
      process.kill(-child.pid, "SIGKILL");
      await once(child, "exit");
      // How long the next one would wait for it is another test's.
      if (spawnSync("rm", [host.at(`${home}/lock`)]).status === 0) interrupted += 1;
    }
    assert.equal(host.agent("once").code, 0);
    const expected = round % 2 ? `${line()}\n${text}` : `${text}\nend\n${line()}\n`;
    assert.ok(host.read("/etc/hosts") === expected, `round ${round}`);
  }
  assert.ok(interrupted > 3, `${interrupted} of the kills were in the middle of a pass`);
});

const root = process.getuid?.() === 0;

/** Runs a script in mounts of its own: a small disk, or the hosts file bound as the pod has it. */
function mounted(host: FakeHost, script: string): string {
  const [sh, [agent], { env }] = host.command();
  const { error, stdout, stderr } = spawnSync(
    "unshare",
    ["--mount", "--propagation", "private", "bash", "-euc", script],
    {
      encoding: "latin1",
      env: {
        ...process.env,
        HOST: host.at(""),
        AGENT: `env ROOT=${env.ROOT} PATH=${env.PATH} ${sh} ${agent}`,
      },
    },
  );
  assert.ifError(error);
  return stdout + stderr;
}

for (const [where, path] of [
  ["the host", ""],
  ["the hosts file's own disk", "etc/hosts"],
] as const)
  test(`a full disk leaves the old text: ${where}`, { skip: !root && "needs root" }, () => {
    const host = new FakeHost();
    const text = `${"10.1.1.1 name\n".repeat(290)}end`.padEnd(4090, "x");
    host.write("/etc/hosts", `${text}\n`);
    const small = path === "" ? "$HOST" : "$HOST/small";
    const said = mounted(
      host,
      `cp -a $HOST $HOST/../kept
       mkdir -p $HOST/small
       mount -t tmpfs -o size=64k tmpfs ${small}
       ${path === "" ? "cp -a $HOST/../kept/. $HOST" : "cp $HOST/etc/hosts $HOST/small; mount --bind $HOST/small/hosts $HOST/etc/hosts"}
       dd if=/dev/zero of=${small}/filler bs=4k 2>/dev/null || true
       $AGENT once || true
       cmp $HOST/etc/hosts $HOST/../kept/etc/hosts && echo whole
       rm ${small}/filler
       $AGENT once
       tail -n1 $HOST/etc/hosts`,
    );
    assert.match(said, /cannot .*(room|full|No space)/);
    assert.match(said, /\nwhole\n/);
    assert.ok(said.endsWith(`all is in its place\n${line()}\n`), said);
  });

test("a hosts file that is a mount is written through, and its replacement is noticed", {
  skip: !root && "needs root",
}, () => {
  const host = new FakeHost();
  host.write("/outside/hosts", "127.0.0.1 localhost\n");
  const said = mounted(
    host,
    `mount --bind $HOST/outside/hosts $HOST/etc/hosts
     $AGENT once; cat $HOST/outside/hosts
     echo other > $HOST/outside/new; mv $HOST/outside/new $HOST/outside/hosts
     timeout 5 $AGENT run; echo "ended $?"`,
  );
  assert.match(said, new RegExp(`all is in its place\n127.0.0.1 localhost\n${line()}\n`));
  assert.match(said, /was replaced: starting again to see it\nended 0\n$/);
});

test("a host that is read-only is named", { skip: !root && "needs root" }, () => {
  const host = new FakeHost();
  const said = mounted(host, "mount --bind $HOST $HOST; mount -o remount,ro,bind $HOST; $AGENT once");
  assert.match(
    said,
    /^cannot \/etc\/containerd\/certs\.d is read-only here: let the host's own settings trust the registry\n/,
  );
});
