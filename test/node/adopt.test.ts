/** What scripts of old left in our place: named, or taken over where that is asked for. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { test } from "node:test";
import { certs, FakeHost, line, pem } from "./fake-host.ts";

const folder = `${certs}/reg.local:5045`;
const hidden = `${certs}/reg.local_5045_`;
const toml = `server = "https://reg.local:5045"\n[host."https://reg.local:5045"]\n  ca = "${folder}/ca.crt"\n`;

const left: Readonly<Record<string, (host: FakeHost) => void>> = {
  "an older authority's certificate": (host) => host.write(`${folder}/ca.crt`, pem("older"), 0o600),
  "a hosts.toml with a ca line": (host) => host.write(`${folder}/hosts.toml`, toml),
  "both, and a second certificate": (host) => {
    host.write(`${folder}/ca.crt`, pem("older"));
    host.write(`${folder}/hosts.toml`, toml);
    host.write(`${folder}/old registry.pem`, pem("oldest"));
  },
  "a folder that containerd looks for first": (host) => {
    host.write(`${hidden}/hosts.toml`, toml);
    host.write(`${hidden}/ca.crt`, pem("older"));
  },
  "a hosts line with another address": (host) =>
    host.write("/etc/hosts", "127.0.0.1 localhost\n10.9.9.9 reg.local\n::1 x\n"),
  "a hosts line with more names": (host) =>
    host.write(
      "/etc/hosts",
      "127.0.0.1 localhost\n10.9.9.9\tother REG.local other.reg.local # by hand\n::1 x\n",
    ),
  "a hosts line with CRLF, and no newline at the end": (host) =>
    host.write("/etc/hosts", "127.0.0.1 localhost\r\n10.9.9.9 reg.local\r\n::1 x"),
  "two hosts lines": (host) =>
    host.write("/etc/hosts", "10.9.9.9 reg.local\n127.0.0.1 localhost\n fd00::9 reg.local x\n::1 x\n"),
};
for (const [what, put] of Object.entries(left)) {
  test(`${what}: named`, () => {
    const host = new FakeHost();
    put(host);
    const before = host.tree();
    assert.match(host.agent("once").text, /^cannot .*: remove it, or set nodeTrust\.adopt$/m);
    assert.match(host.agent("status").text, /^cannot .*: remove it, or set nodeTrust\.adopt\n$/);
    assert.equal(host.agent("leave").code, 0);
    assert.deepEqual(host.tree(), before);
  });

  test(`${what}: taken over`, () => {
    const host = new FakeHost({ adopt: true });
    mkdirSync(host.at(certs));
    const clean = Object.keys(host.tree());
    put(host);
    assert.match(host.agent("status").text, /^cannot /);
    const { code, text } = host.agent("once");
    assert.equal(code, 0, text);
    assert.match(host.agent("status").text, /^trusts /);
    assert.equal(host.read(`${folder}/ca.crt`), pem("one"));
    assert.equal(host.agent("once").text, "all is in its place\n");
    assert.equal(host.agent("leave").code, 0);
    assert.deepEqual(Object.keys(host.tree()), clean);
    assert.doesNotMatch(host.read("/etc/hosts"), /[ \t]reg\.local/i);
  });
}

test("of a hosts line that is taken over the other names stay", () => {
  const host = new FakeHost({ adopt: true });
  left["a hosts line with more names"]?.(host);
  host.agent("once");
  assert.equal(
    host.read("/etc/hosts"),
    `127.0.0.1 localhost\n10.9.9.9\tother other.reg.local # by hand\n::1 x\n${line()}\n`,
  );
});

test("a hosts line with the right address is as good, and stays", () => {
  const host = new FakeHost({ adopt: true });
  host.write("/etc/hosts", "10.0.0.1 reg.local other\n");
  assert.equal(host.agent("once").code, 0);
  assert.equal(host.read("/etc/hosts"), `10.0.0.1 reg.local other\n${line()}\n`);
});

test("another stack's line with another address is named, and never taken over", () => {
  const host = new FakeHost({ adopt: true });
  const theirs = `10.9.9.9 reg.local # edge-registry edge/other\n`;
  host.write("/etc/hosts", theirs);
  assert.match(
    host.agent("once").text,
    /cannot \/etc\/hosts line 1 gives reg\.local another address, 10\.9\.9\.9: remove it\n/,
  );
  assert.equal(host.read("/etc/hosts"), `${theirs}${line()}\n`);
});

const refused: Readonly<Record<string, (host: FakeHost) => void>> = {
  "a private key": (host) => host.write(`${folder}/client.key`, "theirs"),
  "a folder in it": (host) => host.write(`${folder}/more/ca.crt`, pem("older")),
  "another stack's folder": (host) => {
    host.write(`${folder}/ca.crt`, pem("older"));
    host.write(`${folder}/.edge-registry`, "edge/other\n");
  },
  "a file in its place": (host) => host.write(folder, "x"),
  "a link in its place": (host) => {
    mkdirSync(host.at("/elsewhere"));
    mkdirSync(host.at(certs), { recursive: true });
    symlinkSync(host.at("/elsewhere"), host.at(folder));
  },
  "a certificate that is a link": (host) => {
    mkdirSync(host.at(folder), { recursive: true });
    symlinkSync("/etc/ssl/old.crt", host.at(`${folder}/ca.crt`));
  },
  "a file whose name is a trick": (host) => host.write(`${folder}/ca.crt\n.crt -exec`, "x"),
};
for (const [what, put] of Object.entries(refused))
  test(`not taken over: ${what}`, () => {
    const host = new FakeHost({ adopt: true });
    put(host);
    const before = host.tree();
    assert.match(host.agent("once").text, /^cannot .*: remove it/m);
    assert.equal(host.agent("leave").code, 0);
    assert.deepEqual(host.tree(), before);
  });

test("what is there already and right is not ours, and stays", () => {
  const host = new FakeHost();
  host.write(`${folder}/ca.crt`, pem("one"), 0o640);
  mkdirSync(host.at(`${certs}/[fd00::1]:5045`));
  const before = host.tree();
  assert.equal(host.agent("once").code, 0);
  assert.match(host.agent("status").text, /^trusts /);
  assert.equal(host.read(`${certs}/[fd00::1]:5045/ca.crt`), pem("one"));
  assert.equal(host.agent("leave").code, 0);
  assert.deepEqual(host.tree(), before);
});

test("the host's own store is named and not touched", () => {
  const host = new FakeHost({ adopt: true });
  mkdirSync(host.at("/etc/ssl/certs"), { recursive: true });
  symlinkSync(
    "/usr/local/share/ca-certificates/edge-registry-ca.crt",
    host.at("/etc/ssl/certs/edge-registry-ca.pem"),
  );
  symlinkSync("/usr/share/ca-certificates/Registry_Root.crt", host.at("/etc/ssl/certs/Registry_Root.pem"));
  host.write("/etc/pki/ca-trust/source/anchors/registry.crt", "x");
  const before = host.tree();
  host.agent("once");
  assert.deepEqual(host.agent("status").text.split("\n").slice(1, -1), [
    "note /usr/local/share/ca-certificates/edge-registry-ca.crt makes the whole host trust an authority: remove it and run update-ca-certificates",
    "note /etc/pki/ca-trust/source/anchors/registry.crt makes the whole host trust an authority: remove it and run update-ca-trust",
  ]);
  host.agent("leave");
  assert.deepEqual(host.tree(), before);
});
