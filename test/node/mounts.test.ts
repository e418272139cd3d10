/** Disks that are full, files that are mounts and hosts that are read-only, in mounts of the test's own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { certs, FakeHost, line, pem } from "./fake-host.ts";

const root = process.getuid?.() === 0;

/** Runs a script in mounts of its own: a small disk, or the hosts file bound as the pod has it. */
function mounted(host: FakeHost, script: string): string {
  const [sh, [agent], { env }] = host.command();
  const { error, stdout, stderr } = spawnSync(
    "unshare",
    ["--mount", "--propagation", "private", "bash", "--norc", "-euc", script],
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

test("a hosts file that is a mount is written through", { skip: !root && "needs root" }, () => {
  const host = new FakeHost();
  host.write("/outside/hosts", "127.0.0.1 localhost\n");
  const said = mounted(
    host,
    "mount --bind $HOST/outside/hosts $HOST/etc/hosts; $AGENT once; cat $HOST/outside/hosts; $AGENT status",
  );
  assert.match(said, new RegExp(`all is in its place\n127.0.0.1 localhost\n${line()}\ntrusts `));
});

test("a host that is read-only is named, and left without a complaint", {
  skip: !root && "needs root",
}, () => {
  const host = new FakeHost();
  const said = mounted(
    host,
    "mount --bind $HOST $HOST; mount -o remount,ro,bind $HOST; $AGENT once || true; $AGENT status || true; $AGENT leave",
  );
  const readOnly = "/etc is read-only here: let the host's own settings trust the registry";
  assert.equal(said, `cannot ${readOnly}\ncannot ${readOnly}\nnothing is left\n`);
});

test("a host that is read-only and has the authority from elsewhere trusts, and is told what cannot be kept", {
  skip: !root && "needs root",
}, () => {
  const host = new FakeHost({ registries: ["reg.local:5045"], hosts: undefined });
  host.write(`${certs}/reg.local:5045/ca.crt`, pem("one"));
  const said = mounted(
    host,
    "mount --bind $HOST $HOST; mount -o remount,ro,bind $HOST; $AGENT once; $AGENT status",
  );
  assert.match(said, /^all is in its place; \/etc is read-only here: let .*\ntrusts /);
});
