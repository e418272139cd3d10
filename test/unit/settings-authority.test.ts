/** Authorities that are brought: what is checked of them before anything is created. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { makeCertificates } from "../support/certificates.ts";
import { least, meant, problems } from "../support/example-settings.ts";

const days = (number: number) => new Date(Date.now() + number * 24 * 60 * 60 * 1000);

let folder: string;
let authority: { certificate: string; privateKey: string };
let server: { certificate: string; privateKey: string };
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "authority-"));
  server = await makeCertificates(folder);
  const [certificate, privateKey] = await Promise.all(
    ["ca.crt", "ca.key"].map((file) => readFile(join(folder, file), "utf8")),
  );
  authority = { certificate: certificate ?? "", privateKey: privateKey ?? "" };
});
after(() => rm(folder, { recursive: true }));

const said = (given: unknown, now = days(0)) =>
  problems({ ...least, certificate: { authority: given } }, { now }).join("\n");
const openssl = (...args: readonly string[]) =>
  execFileSync("openssl", [...args], { cwd: folder, encoding: "utf8", stdio: "pipe" });

test("an authority with its key is taken as it is", () => {
  const { certificate } = meant({ ...least, certificate: { authority } }, { now: days(0) });
  assert.deepEqual(certificate.authority, authority);
});

test("what is no authority's certificate is refused", () => {
  const given = (certificate: string) => said({ ...authority, certificate });
  const rule =
    "certificate.authority.certificate: expected the PEM text of one authority's certificate, got a text";
  assert.equal(given("/etc/ssl/ca.crt"), rule);
  assert.equal(given("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), rule);
  assert.equal(given(authority.privateKey), `${rule}: it holds a private key`);
  assert.equal(given(authority.certificate + server.certificate), `${rule}: it holds more than one`);
  assert.match(said(server), /certificate: .*: it is no authority's: its basic constraints lack CA:TRUE$/);
});

test("an authority that is not valid now is refused", () => {
  assert.match(said(authority, days(20001)), /^certificate\.authority\.certificate: .*: it expired on /);
  assert.match(
    said(authority, days(-1)),
    /^certificate\.authority\.certificate: .*: it is not valid before /,
  );
});

test("what is not the authority's key is refused", () => {
  const given = (privateKey: string) => said({ ...authority, privateKey });
  const rule =
    "certificate.authority.privateKey: expected the PEM text of the authority's private key, got a text";
  assert.equal(given("ca.key"), rule);
  assert.equal(
    given(server.privateKey),
    "certificate.authority.privateKey: expected the key of authority.certificate, got another one",
  );
  const encrypted = openssl("pkey", "-in", "ca.key", "-aes256", "-passout", "pass:secret");
  assert.equal(given(encrypted), `${rule}: it is encrypted: take the passphrase off with \`openssl pkey\``);
  const parameters = openssl("ecparam", "-name", "prime256v1", "-genkey");
  assert.match(given(parameters), /: it holds more than the key: `openssl pkey` writes the key alone$/);
  const x25519 = openssl("genpkey", "-algorithm", "X25519");
  assert.equal(given(x25519), `${rule}: only RSA, ECDSA and Ed25519 keys can issue here`);
});

test("keys in the older forms are taken too", () => {
  const privateKey = openssl("pkey", "-in", "ca.key", "-traditional");
  assert.match(privateKey, /BEGIN EC PRIVATE KEY/);
  assert.equal(said({ ...authority, privateKey }), "");
});

test("both parts are needed, and only the registry's own authority has generations", () => {
  assert.match(
    said({ certificate: authority.certificate }),
    /^certificate\.authority\.privateKey: expected a value/,
  );
  const pair = { authority, generation: 2, trusts: [2] };
  assert.deepEqual(problems({ ...least, certificate: pair }, { now: days(0) }), [
    "certificate.generation: expected nothing where authority is given, got both: only this registry's own authority has generations; run: pulumi config rm --path edge-registry:certificate.generation",
    "certificate.trusts: expected nothing where authority is given, got both: only this registry's own authority has generations; run: pulumi config rm --path edge-registry:certificate.trusts",
  ]);
});
