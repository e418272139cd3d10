/** The loop: how soon it acts, how it ends, and what holds when two write at once. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { certs, FakeHost, goodConfig, line, pem } from "./fake-host.ts";

const file = `${certs}/reg.local:5045/ca.crt`;

/** Waits until the host is as it should be, and returns the seconds that took. */
async function until(what: string, holds: () => boolean): Promise<number> {
  const start = performance.now();
  while (!holds()) {
    assert.ok(performance.now() - start < 15_000, `Expected within 15 s: ${what}`);
    await delay(50);
  }
  return (performance.now() - start) / 1000;
}

const holds = (host: FakeHost, bundle: string, hosts: string) => () =>
  existsSync(host.at(file)) && host.read(file) === bundle && host.read("/etc/hosts") === hosts;
const whole = `127.0.0.1 localhost\n${line()}\n`;

test("acts on a new bundle within 5 s and on damage within 10 s", async (t) => {
  const host = new FakeHost();
  host.run(t);
  await until("the first pass", holds(host, pem("one"), whole));
  host.wish({ bundle: pem("two") });
  assert.ok((await until("the new bundle", holds(host, pem("two"), whole))) < 5);
  host.remove(certs);
  host.write("/etc/hosts", "127.0.0.1 localhost\n");
  assert.ok((await until("the damage mended", holds(host, pem("two"), whole))) < 10);
});

test("a signal ends it without the wait between two looks, and removes nothing", async (t) => {
  for (const [when, holdsThen] of [
    ["in a pass", (host: FakeHost) => existsSync(host.at(file))],
    ["in the wait after it", (host: FakeHost) => host.reason() === "\n"],
  ] as const) {
    const host = new FakeHost();
    const script = join(host.root, "trust/trust.sh");
    const longer = readFileSync(script, "utf8")
      .replace(" reconcile || :\n", " reconcile || :; sleep 1\n")
      .replace(" read -r -t 2 ", " read -r -t 600 ");
    assert.match(longer, / sleep 1\n.* -t 600 /s);
    writeFileSync(script, longer);
    const loop = host.run(t);
    await until(when, () => holdsThen(host));
    const ended = once(loop, "exit", { signal: AbortSignal.timeout(15_000) });
    loop.kill("SIGTERM");
    assert.deepEqual(await ended, [0, null], when);
    assert.ok(holds(host, pem("one"), whole)(), when);
  }
});

test("puts nothing back once it was told to leave", async (t) => {
  const host = new FakeHost();
  host.run(t);
  await until("the first pass", holds(host, pem("one"), whole));
  assert.equal(host.agent("leave").code, 0);
  host.write("/etc/hosts", "changed\n");
  await delay(4000);
  assert.ok(!existsSync(host.at(certs)));
  assert.equal(host.read("/etc/hosts"), "changed\n");
});

test("tries again what failed", async (t) => {
  const host = new FakeHost();
  host.write(`${certs}/reg.local:5045/theirs`, "");
  host.run(t);
  await until("it says why", () => /somebody else/.test(host.agent("status").text));
  host.remove(`${certs}/reg.local:5045`);
  await until("it is mended", holds(host, pem("one"), whole));
});

const reads = (host: FakeHost, says: RegExp) => () => says.test(host.reason());

test("what its probe reads is whether the node trusts, also where a pass can mend nothing", async (t) => {
  const host = new FakeHost();
  host.write("/etc/containerd/config.toml", "version = 3\n");
  host.run(t);
  await until("it says that nothing is read", reads(host, /config\.toml sets no config_path/));
  assert.ok(holds(host, pem("one"), whole)());
  host.write("/etc/containerd/config.toml", 'version = 3\nimports = ["/etc/containerd/conf.d/*.toml"]\n');
  host.write("/etc/containerd/conf.d/registry.toml", goodConfig);
  await until("it says nothing", reads(host, /^\n$/));
  host.write("/etc/containerd/conf.d/silly.toml", goodConfig.replace("certs.d", "../x"));
  await until("it says that another folder is read", reads(host, /silly\.toml line 3 sets config_path to/));
  host.remove("/etc/containerd/conf.d/silly.toml");
  await until("it says nothing again", reads(host, /^\n$/));
  host.wish({ notBefore: new Date(Date.now() + 20_000) });
  await until("it says that the clock is late", reads(host, /^this node's clock says/));
  host.agent("leave");
  await until("it says that the trust was taken away", reads(host, /^this pod took the trust away/));
});

test("what may be right for another release, or another runtime, is no reason until the kubelet's is known", async (t) => {
  const release = new FakeHost();
  const list = goodConfig.replace(certs, `${certs}:/etc/docker/certs.d`);
  release.write("/etc/containerd/config.toml", list);
  const another = new FakeHost();
  another.write("/etc/containerd/config.toml", "version = 3\n");
  another.write("/etc/docker/daemon.json", "{}");
  for (const host of [release, another]) {
    host.run(t);
    await until("nothing is held against it", reads(host, /^\n$/));
    host.agent("status", "containerd://2.1.4");
  }
  await until("a list is not read", reads(release, /config_path to a list/));
  await until("nothing is read", reads(another, /sets no config_path/));
  release.agent("status", "containerd://2.0.1");
  another.agent("status", "docker://27.5.1");
  await until("an older one reads a list", reads(release, /^\n$/));
  await until("another one reads it", reads(another, /^\n$/));
});

test("a lock whose holder died is taken within 10 s", async (t) => {
  const host = new FakeHost();
  host.write("/etc/.edge-registry/made", "");
  symlinkSync("somebody-who-died", host.at("/etc/.edge-registry/lock"));
  host.run(t);
  assert.ok((await until("the lock is taken", holds(host, pem("one"), whole))) < 10);
});

test("many at once end in the same state", async () => {
  const first = new FakeHost();
  const hosts = [
    first,
    ...["a", "b", "c"].map((owner) => new FakeHost({ owner, registries: [`${owner}:1`] }, first)),
  ];
  const ends = hosts.flatMap((host) =>
    [1, 2].map(async () => {
      const [command, words, options] = host.command("once");
      return once(spawn(command, words, { ...options, stdio: "ignore" }), "exit");
    }),
  );
  for (const end of ends) assert.deepEqual(await end, [0, null]);
  const lines = first.read("/etc/hosts").split("\n");
  assert.deepEqual(lines.sort(), ["", "127.0.0.1 localhost", line(), line("a"), line("b"), line("c")].sort());
  assert.ok(!existsSync(first.at("/etc/.edge-registry/lock")));
});
