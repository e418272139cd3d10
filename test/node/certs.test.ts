/** The folders of certificates, on temporary roots, under the busybox that the agent's image has. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { test } from "node:test";
import { certs, FakeHost, goodConfig, pem } from "./fake-host.ts";

const folder = `${certs}/reg.local:5045`;

test("puts the bundle into a folder for each name, and says so", () => {
  const host = new FakeHost();
  const { code, text } = host.agent("status");
  assert.match(text, /^cannot .*reg\.local:5045 is not in its place yet\n$/);
  assert.equal(code, 1);
  assert.equal(host.agent("once").code, 0);
  for (const name of ["reg.local:5045", "[fd00::1]:5045"]) {
    assert.equal(host.read(`${certs}/${name}/ca.crt`), pem("one"));
    assert.equal(host.read(`${certs}/${name}/.edge-registry`), "edge/dev\n");
  }
  assert.match(host.agent("status").text, /^trusts [0-9a-f]{64} since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n$/);
});

test("a second pass writes nothing", () => {
  const host = new FakeHost();
  host.agent("once");
  const before = host.tree();
  assert.deepEqual(host.agent("once"), { code: 0, text: "all is in its place\n" });
  assert.deepEqual(host.tree(), before);
});

test("the rule is held for modes, contents, missing files and folders", () => {
  const damages: readonly ((host: FakeHost) => void)[] = [
    (host) => host.write(`${folder}/ca.crt`, ""),
    (host) => host.write(`${folder}/ca.crt`, pem("one"), 0o600),
    (host) => host.remove(`${folder}/ca.crt`),
    (host) => host.remove(`${folder}/.edge-registry`),
    (host) => host.remove(folder),
    (host) => host.remove(certs),
    (host) => {
      host.remove(folder);
      mkdirSync(host.at(folder));
    },
    (host) => {
      host.remove(`${folder}/ca.crt`);
      symlinkSync("/nowhere", host.at(`${folder}/ca.crt`));
    },
  ];
  for (const damage of damages) {
    const host = new FakeHost();
    host.agent("once");
    damage(host);
    assert.match(host.agent("status").text, /^cannot /, damage.toString());
    assert.equal(host.agent("once").code, 0, damage.toString());
    assert.match(host.agent("status").text, /^trusts /, damage.toString());
    assert.equal(host.read(`${folder}/ca.crt`), pem("one"));
  }
});

test("follows a new bundle and a changed name, and counts the time anew", () => {
  const host = new FakeHost();
  host.agent("once");
  const { text } = host.agent("status");
  host.wish({ bundle: pem("one") + pem("two"), registries: ["other:5045"] });
  assert.match(host.agent("status").text, /^cannot /);
  host.agent("once");
  assert.equal(host.read(`${certs}/other:5045/ca.crt`), pem("one") + pem("two"));
  assert.throws(() => host.read(`${folder}/ca.crt`), { code: "ENOENT" });
  assert.notEqual(host.agent("status").text.split(" ")[1], text.split(" ")[1]);
});

const foreign: Readonly<Record<string, { put: (host: FakeHost) => void; says: RegExp }>> = {
  "a folder with something in it": {
    put: (host) => host.write(`${folder}/hosts.toml`, "server = 'x'"),
    says: /reg\.local:5045 was put there by somebody else: remove it/,
  },
  "another certificate": {
    put: (host) => host.write(`${folder}/ca.crt`, pem("theirs")),
    says: /was put there by somebody else: remove it/,
  },
  "another stack's folder": {
    put: (host) => {
      host.write(`${folder}/ca.crt`, pem("one"));
      host.write(`${folder}/.edge-registry`, "edge/other\n");
    },
    says: /was put there by somebody else: remove it/,
  },
  "a file": { put: (host) => host.write(folder, "x"), says: /was put there by somebody else: remove it/ },
  "a symbolic link out of the tree": {
    put: (host) => {
      mkdirSync(host.at(certs), { recursive: true });
      mkdirSync(host.at("/elsewhere"));
      symlinkSync(host.at("/elsewhere"), host.at(folder));
    },
    says: /is a symbolic link, which is not followed: remove it/,
  },
  "the folder that containerd looks for first": {
    put: (host) => host.write(`${certs}/reg.local_5045_/hosts.toml`, "server = 'x'"),
    says: /reg\.local_5045_ was put there by somebody else and hides .*reg\.local:5045\/ca\.crt: remove it/,
  },
};
for (const [what, { put, says }] of Object.entries(foreign))
  test(`leaves alone and names: ${what}`, () => {
    const host = new FakeHost();
    put(host);
    const before = host.tree();
    const outcome = host.agent("once");
    assert.equal(outcome.code, 1);
    assert.match(outcome.text, says);
    assert.match(host.agent("status").text, says);
    assert.equal(host.read(`${certs}/[fd00::1]:5045/ca.crt`), pem("one"), "the other name is served");
    const { "etc/hosts": _, ...theirs } = before;
    assert.partialDeepStrictEqual(host.tree(), theirs);
    assert.equal(host.agent("leave").code, 0);
    assert.deepEqual(host.tree(), before);
  });

test("a hosts.toml that somebody puts beside ours is named, and outlives us", () => {
  const host = new FakeHost();
  host.agent("once");
  host.write(`${folder}/hosts.toml`, "x");
  assert.match(host.agent("once").text, /hosts\.toml was put there by somebody else and hides/);
  assert.equal(host.agent("leave").code, 0);
  assert.equal(host.read(`${folder}/hosts.toml`), "x");
  assert.throws(() => host.read(`${folder}/ca.crt`), { code: "ENOENT" });
});

test("a folder of certificates that is a link is refused", () => {
  const host = new FakeHost();
  mkdirSync(host.at("/elsewhere"));
  symlinkSync(host.at("/elsewhere"), host.at(certs));
  assert.match(host.agent("once").text, /cannot \/etc\/containerd\/certs\.d is a symbolic link/);
  assert.deepEqual(host.tree().elsewhere, "755 0");
});

test("leaves nothing behind, twice, and puts nothing back", () => {
  const host = new FakeHost();
  const before = host.tree();
  host.agent("once");
  const outcome = host.agent("leave");
  assert.equal(outcome.code, 0);
  assert.match(outcome.text, /removed .*reg\.local:5045\n/);
  assert.match(outcome.text, /nothing is left\n$/);
  assert.equal(host.agent("leave").code, 0);
  for (const command of ["once", "status"])
    assert.match(host.agent(command).text, /^cannot this pod took the trust away/);
  assert.deepEqual(host.tree(), before);
});

test("an empty or torn bundle replaces nothing", () => {
  const host = new FakeHost();
  host.agent("once");
  host.wish({ bundle: "" });
  assert.match(host.agent("once").text, /ca\.crt holds no certificate/);
  assert.equal(host.read(`${folder}/ca.crt`), pem("one"));
});

test("a clock before the certificate's start is a reason of its own", () => {
  const host = new FakeHost({ notBefore: new Date(Date.now() + 3_600_000) });
  const { code, text } = host.agent("once");
  assert.match(text, /\ncannot this node's clock says /);
  assert.equal(code, 1);
  assert.match(
    host.agent("status").text,
    /^cannot this node's clock says .* before the certificate starts: set the clock\n$/,
  );
  host.wish({ notBefore: new Date(Date.now() - 1000) });
  assert.match(host.agent("status").text, /^trusts /);
});

test("writes where config_path points, and moves with it", () => {
  const host = new FakeHost();
  host.agent("once");
  host.write("/etc/containerd/config.toml", goodConfig.replace("certs.d", "other.d"));
  assert.equal(host.agent("once").code, 0);
  assert.equal(host.read("/etc/containerd/other.d/reg.local:5045/ca.crt"), pem("one"));
  assert.throws(() => host.read(`${folder}/ca.crt`), { code: "ENOENT" });
});
