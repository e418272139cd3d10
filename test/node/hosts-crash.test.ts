/** The hosts file after a kill or a power cut in the middle of a write. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { FakeHost, line } from "./fake-host.ts";

const home = "/etc/.edge-registry";

/** A host on which a writer died: with the two texts saved, and this in the file. */
function torn(oldText: string, newText: string, now: string): FakeHost {
  const host = new FakeHost();
  host.write("/etc/hosts", now);
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
  const host = torn("a\nb\n", `a\nb\n${line()}\n`, "10.9.9.9 theirs, since then\n");
  assert.equal(host.agent("once").code, 0);
  assert.equal(host.read("/etc/hosts"), `10.9.9.9 theirs, since then\n${line()}\n`);
});

test("killed at any moment, the next pass makes it whole", { timeout: 120_000 }, async () => {
  const text = `${"10.1.1.1 some.other.name # theirs\n".repeat(3000)}::1 last`;
  const host = new FakeHost();
  let interrupted = 0;
  for (let round = 0; round < 40; round++) {
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
