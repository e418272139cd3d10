/** Others that write into the same folders. */
import assert from "node:assert/strict";
import { mkdirSync, renameSync } from "node:fs";
import { test } from "node:test";
import { certs, FakeHost, line, pem } from "./fake-host.ts";

test("two stacks live side by side, and each leaves alone", () => {
  const one = new FakeHost();
  const two = new FakeHost({ owner: "edge/two", registries: ["two:5045"], bundle: pem("two") }, one);
  for (const host of [one, two, one]) assert.equal(host.agent("once").code, 0);
  assert.equal(one.read("/etc/hosts"), `127.0.0.1 localhost\n${line()}\n${line("edge/two")}\n`);
  assert.equal(one.agent("leave").code, 0);
  assert.match(two.agent("status").text, /^trusts /);
  assert.equal(two.agent("leave").code, 0);
  assert.deepEqual(Object.keys(one.tree()), [
    "etc",
    "etc/containerd",
    "etc/containerd/config.toml",
    "etc/hosts",
  ]);
});

test("Spegel's sweep at its start is mended, and its copy is no remainder", () => {
  const host = new FakeHost();
  host.write(`${certs}/docker.io/hosts.toml`, "theirs");
  const before = Object.keys(host.tree());
  host.agent("once");
  mkdirSync(host.at(`${certs}/_backup`));
  for (const name of ["docker.io", "reg.local:5045", "[fd00::1]:5045"])
    renameSync(host.at(`${certs}/${name}`), host.at(`${certs}/_backup/${name}`));
  assert.match(host.agent("status").text, /^cannot /);
  assert.equal(host.agent("once").code, 0);
  assert.match(host.agent("status").text, /^trusts /);
  assert.equal(host.agent("leave").code, 0);
  const moved = before.map((path) => path.replace("certs.d/docker.io", "certs.d/_backup/docker.io"));
  assert.deepEqual(Object.keys(host.tree()), [...moved, "etc/containerd/certs.d/_backup"].sort());
});
