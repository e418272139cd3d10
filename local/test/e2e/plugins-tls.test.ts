// The tls plugin driven by the real engine. Needs pulumi, its Node host, the plugin, openssl and ssh-keygen on PATH.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Stack } from "../support/engine.ts";
import type { Step } from "../support/engine-events.ts";

const program = path.join(import.meta.dirname, "programs", "tls");
const step = (name: string) => ({ env: { STEP: name } });

let stack: Stack;
let files: string;
before(async () => {
  stack = await Stack.create(program);
  files = await mkdtemp(path.join(tmpdir(), "edge-registry-tls-"));
});
after(async () => {
  await stack.remove();
  await rm(files, { recursive: true, force: true });
});

test("up makes every type once", async () => {
  const run = await stack.up();
  assert.equal(run.code, 0, run.stdout + run.stderr);
  assert.deepEqual(run.changes, [
    "create CertRequest request",
    "create LocallySignedCert server",
    "create PrivateKey authority-key",
    "create PrivateKey ed25519",
    "create PrivateKey p224",
    "create PrivateKey server-key",
    "create SelfSignedCert authority",
  ]);
  assert.deepEqual((await stack.up()).changes, []);
});

test("openssl and ssh-keygen agree", async () => {
  const outputs = (await stack.outputs()) as Record<string, string>;
  const file = async (name: string) => {
    const written = path.join(files, name);
    await writeFile(written, outputs[name] ?? "", { mode: 0o600 });
    return written;
  };
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { encoding: "utf8", stdio: "pipe" });

  assert.match(
    run("openssl", "verify", "-CAfile", await file("authorityPem"), await file("serverPem")),
    /: OK/,
  );
  run("openssl", "req", "-verify", "-noout", "-in", await file("requestPem"));
  const text = run("openssl", "x509", "-noout", "-text", "-in", await file("serverPem"));
  assert.match(
    text,
    /DNS:registry\.example, DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1, URI:spiffe:\/\/edge\/registry/,
  );
  assert.match(text, /TLS Web Server Authentication/);
  assert.match(text, /CA:FALSE/);
  const authority = run("openssl", "x509", "-noout", "-text", "-in", await file("authorityPem"));
  assert.match(authority, /CA:TRUE, pathlen:1/);
  assert.match(authority, /street = 1 Main St/);

  assert.equal(
    run("ssh-keygen", "-y", "-f", await file("authorityKeyOpenssh")).trim(),
    outputs.authorityKeyPublic?.trim(),
  );
  assert.ok(
    run("ssh-keygen", "-l", "-f", await file("authorityKeyPublic")).includes(outputs.fingerprint ?? "none"),
  );
  assert.equal(outputs.derived, outputs.serverPublic);
});

test("P-224 has no OpenSSH form", async () => {
  const { outputs } = await stack.resource("p224");
  assert.equal(outputs?.publicKeyOpenssh, "");
  assert.equal(outputs?.publicKeyFingerprintMd5, "");
  assert.equal(outputs?.ecdsaCurve, "P224");
});

test("no private key is in the state in clear", async () => {
  assert.doesNotMatch(await stack.exportText(), /PRIVATE KEY-----/);
});

test("refresh finds nothing to change", async () => {
  const run = await stack.refresh();
  assert.equal(run.code, 0, run.stderr);
  assert.deepEqual(
    run.steps.filter((s) => s.op !== "refresh" && s.op !== "same"),
    [],
  );
});

test("earlier renewal is an update, a due one a replacement", async () => {
  const gone = ["delete PrivateKey ed25519", "delete PrivateKey p224"];
  const before = await stack.resource("server");
  assert.deepEqual((await stack.up(step("updated"))).changes, [
    ...gone,
    "update LocallySignedCert server",
    "update SelfSignedCert authority",
  ]);
  const updated = await stack.resource("server");
  assert.equal(updated.outputs?.certPem, before.outputs?.certPem);
  assert.equal(updated.outputs?.earlyRenewalHours, 24);
  const due = [
    "create-replacement LocallySignedCert server",
    "delete-replaced LocallySignedCert server",
    "replace LocallySignedCert server",
  ];
  assert.deepEqual((await stack.up(step("due"))).changes, due);
  assert.deepEqual((await stack.up(step("due"))).changes, due, "it stays due");
});

test("what is replaced takes with it what was made from it, and no more", async () => {
  const replaced = async (name: string) => {
    const run = await stack.up(step(name));
    assert.equal(run.code, 0, run.stdout + run.stderr);
    return run.steps.filter((s) => s.op === "replace");
  };
  const namesOf = (steps: readonly Step[]) => steps.map(({ name }) => name).sort();
  const renamed = await replaced("renamed");
  assert.deepEqual(namesOf(renamed), ["request", "server"]);
  assert.deepEqual(renamed.find(({ name }) => name === "request")?.diffs, ["subject"]);
  const rekeyed = await replaced("rekeyed");
  assert.deepEqual(namesOf(rekeyed), ["authority", "authority-key", "request", "server"]);
  assert.ok(rekeyed.find(({ name }) => name === "authority-key")?.diffs.includes("ecdsaCurve"));
  assert.deepEqual((await stack.up(step("rekeyed"))).changes, []);
});

test("no type can be imported", async () => {
  const run = await stack.up({ ...step("imported"), args: ["--continue-on-error"] });
  assert.notEqual(run.code, 0);
  for (const name of ["key", "self-signed", "asked", "signed"]) {
    assert.match(run.stdout, new RegExp(` ${name} .*This resource does not support import`), name);
  }
});

test("destroy leaves nothing", async () => {
  assert.equal((await stack.destroy()).code, 0);
  assert.deepEqual(await stack.resources(), []);
});
