/** Each runtime that a node may have: where the bundle goes, what is said of it, and that nothing stays of it. */
import assert from "node:assert/strict";
import { cpSync, existsSync, symlinkSync } from "node:fs";
import { test } from "node:test";
import { type FileMap, hostWith, rancher, runtimes, snap } from "./example-runtimes.ts";
import { type FakeHost, pem } from "./fake-host.ts";

const has = (host: FakeHost, folder: string) =>
  assert.equal(host.read(`${folder}/reg.local:5045/ca.crt`), pem("one"), folder);
const lacks = (host: FakeHost, folder: string) =>
  assert.ok(!existsSync(host.at(`${folder}/reg.local:5045`)), folder);

for (const [name, { certs: folder, called }] of Object.entries(runtimes))
  test(`${name}: the bundle goes where it looks, and nothing stays of it`, () => {
    const host = hostWith(name);
    const before = host.tree();
    assert.equal(host.agent("once").code, 0);
    has(host, folder);
    assert.match(host.agent("status").text, /^trusts /);
    assert.match(host.agent("status", called).text, /^trusts /);
    assert.deepEqual(host.agent("once").text, "all is in its place\n");
    assert.equal(host.agent("leave").code, 0);
    assert.deepEqual(host.tree(), before);
  });

for (const [name, { certs: folder, called }] of Object.entries(runtimes))
  test(`${name}: two generations are accepted`, () => {
    const host = hostWith(name);
    host.wish({ bundle: pem("one") + pem("two") });
    assert.equal(host.agent("once").code, 0);
    assert.equal(host.read(`${folder}/[fd00::1]:5045/ca.crt`), pem("one") + pem("two"));
    assert.match(
      host.agent("view", called).text,
      /^runtime \S+\nsince \S+\n-----BEGIN[\s\S]*one[\s\S]*BEGIN[\s\S]*two/,
    );
  });

const together: readonly (readonly string[])[] = [
  ["k3s", "docker"],
  ["k3s", "containerd", "docker"],
  ["rke2", "k3s"],
  ["containerd", "docker", "cri-o"],
  ["microk8s", "docker"],
  ["k0s", "containerd"],
];
for (const names of together)
  test(`${names.join(" and ")}: each gets the bundle, and each of them may be the kubelet's`, () => {
    const host = hostWith(...names);
    const before = host.tree();
    assert.equal(host.agent("once").code, 0);
    for (const name of names) has(host, runtimes[name]?.certs ?? assert.fail(name));
    for (const name of names) {
      const { called = "" } = runtimes[name] ?? assert.fail(name);
      assert.match(host.agent("view", called).text, /^runtime \S+\nsince /);
    }
    assert.equal(host.agent("leave").code, 0);
    assert.deepEqual(host.tree(), before);
  });

test("the kubelet's runtime decides; what another one lacks is told", () => {
  const host = hostWith("containerd", "docker");
  host.write("/etc/docker/certs.d/reg.local:5045/client.key", "theirs");
  const { code, text } = host.agent("once");
  assert.equal(code, 0);
  assert.match(
    text,
    /all is in its place; \/etc\/docker\/certs\.d\/reg\.local:5045 was put there by somebody else/,
  );
  assert.match(host.agent("status", "containerd://2.2.7").text, /^trusts /);
  assert.match(
    host.agent("status", "docker://28.1.1").text,
    /^cannot \/etc\/docker\/certs\.d\/reg\.local:5045 was/,
  );
});

test("OpenShift's folder that is emptied every minute is not written", () => {
  const host = hostWith("openshift");
  host.agent("once");
  lacks(host, "/etc/docker/certs.d");
});

test("a runtime that was not looked for is named as the cluster calls it", () => {
  const host = hostWith("docker");
  assert.match(
    host.agent("status", "rkt://1.0").text,
    /^cannot no container runtime such as rkt:\/\/1\.0 was found in \/etc, /,
  );
  host.remove("/etc/docker");
  assert.match(host.agent("once").text, /cannot no container runtime /);
});

test("a runtime that comes later is served, and one that went takes nothing with it", () => {
  const host = hostWith("docker");
  host.agent("once");
  for (const [path, text] of Object.entries(runtimes.k3s?.files ?? {})) host.write(path, text);
  host.agent("once");
  has(host, runtimes.k3s?.certs ?? "");
  host.remove("/etc/docker/daemon.json");
  host.remove(`${rancher("k3s")}/config.toml`);
  assert.equal(host.agent("leave").code, 0);
  assert.deepEqual(
    Object.keys(host.tree()).filter((path) => /reg|certs\.d/.test(path)),
    [],
  );
});

test("a snap that was refreshed is followed, and left in each revision", () => {
  const host = hostWith("microk8s, by its link");
  host.agent("once");
  const refreshed = snap.replace("7449", "7500");
  cpSync(host.at("/var/snap/microk8s/7449"), host.at("/var/snap/microk8s/7500"), { recursive: true });
  host.remove("/var/snap/microk8s/current");
  symlinkSync("7500", host.at("/var/snap/microk8s/current"));
  host.wish({ bundle: pem("two") });
  host.agent("once");
  assert.equal(host.read(`${refreshed}/certs.d/reg.local:5045/ca.crt`), pem("two"));
  assert.equal(host.agent("leave").code, 0);
  assert.deepEqual(
    Object.keys(host.tree()).filter((path) => path.includes("reg.local")),
    [],
  );
});

test("a snap's link that leads elsewhere is not followed", () => {
  const host = hostWith("microk8s");
  host.remove("/var/snap/microk8s/current");
  host.write("/var/elsewhere/args/containerd.toml", "");
  symlinkSync("../../elsewhere", host.at("/var/snap/microk8s/current"));
  const before = host.tree();
  assert.match(host.agent("once").text, /^cannot no container runtime was found/);
  assert.deepEqual(host.tree(), before);
});

const unread: readonly (readonly [string, FileMap, RegExp])[] = [
  [
    "k3s",
    { [`${rancher("k3s")}/config.toml`]: "version = 3\n" },
    /config\.toml sets no config_path: set config_path = "\S+" under \[\S+\] in config-v3\.toml\.tmpl beside it and restart k3s/,
  ],
  [
    "k0s",
    { "/etc/k0s/containerd.d/registry.toml": "" },
    /in \/etc\/k0s\/containerd\.d\/registry\.toml and restart k0s/,
  ],
  [
    "microk8s",
    { [`${snap}/containerd.toml`]: "" },
    /in containerd-template\.toml beside it and restart microk8s/,
  ],
];
for (const [name, files, says] of unread)
  test(`${name} that does not look is told where to change that`, () => {
    const host = hostWith(name);
    for (const [path, text] of Object.entries(files)) host.write(path, text);
    host.agent("once");
    assert.match(host.agent("status").text, says);
  });
