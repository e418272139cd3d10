import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { compareSync } from "bcryptjs";
import { type Account, Accounts } from "../../components/accounts.ts";
import { CertificateAuthority } from "../../components/certificate-authority.ts";
import { PullSecrets } from "../../components/pull-secrets.ts";
import { ServerCertificate } from "../../components/server-certificate.ts";
import { authority, registered } from "../support/mocks.ts";
import { givenPassword } from "../support/stacks.ts";

const where = { namespace: "edge", stack: "p.s" };
const own = { kind: "own", commonName: "registry.example" } as const;

/** What Accounts of these make, and the htpasswd file with them. */
async function accountsOf(accounts: readonly Account[]) {
  const recorded = await registered(() => void new Accounts("accounts", { ...where, accounts }));
  for (const { inputs } of recorded.of("random:RandomPassword")) assert.equal(inputs.length, 32);
  for (const { inputs } of recorded.of("random:RandomBytes")) assert.equal(inputs.length, 16);
  const { metadata, stringData } = Object(recorded.one("Secret accounts").inputs);
  return { list: recorded.list, name: metadata.name, htpasswd: String(stringData.htpasswd) };
}

test("a generated password is hashed by what generated it", async () => {
  const { list, name, htpasswd } = await accountsOf([{ name: "ci", role: "push" }]);
  assert.deepEqual(list, ["Accounts accounts", "Secret accounts", "random:RandomPassword accounts-ci"]);
  assert.equal(name, "registry-htpasswd");
  assert.equal(htpasswd, "ci:$2b$10$hash-of-accounts-ci\n");
});

test("a given password is hashed with a salt of the state's, the same at each run", async () => {
  const given = [{ name: "ci", role: "push", password: givenPassword }] as const;
  const { list, htpasswd } = await accountsOf(given);
  assert.deepEqual(list, ["Accounts accounts", "Secret accounts", "random:RandomBytes accounts-ci-salt"]);
  assert.ok(compareSync(givenPassword, htpasswd.trim().slice("ci:".length)));
  assert.ok(!compareSync("another", htpasswd.trim().slice("ci:".length)));
  assert.equal((await accountsOf(given)).htpasswd, htpasswd);
  const two = await accountsOf([...given, { name: "cd", role: "push", password: givenPassword }]);
  const hashes = two.htpasswd
    .trim()
    .split("\n")
    .map((line) => line.split(":")[1]);
  assert.equal(new Set(hashes).size, 2);
});

test("the gateway checks a generated password by a cheap hash, a given one by that of the htpasswd file", async () => {
  const said: { readonly name: string; readonly hash: string }[] = [];
  const accounts = [
    { name: "ci", role: "push" },
    { name: "cd", role: "pull", password: givenPassword },
  ] as const;
  await registered(() => {
    new Accounts("accounts", { ...where, accounts }).checked.apply((all) => said.push(...all));
  });
  const [generated, given] = said.map(({ hash }) => hash);
  assert.match(`${generated}`, /^\$2b\$04\$/);
  assert.ok(compareSync("generated-password-of-accounts-ci", `${generated}`));
  assert.match(`${given}`, /^\$2b\$10\$/);
});

test("the first account of a role is found by it, with what the gateway checks it by", async () => {
  const said: unknown[] = [];
  const roles = [
    ["a", "pull"],
    ["b", "push"],
    ["c", "push"],
  ] as const;
  await registered(() => {
    const accounts = roles.map(([name, role]) => ({ name, role }));
    new Accounts("accounts", { ...where, accounts }).first("push").apply((one) => said.push(one));
  });
  const [password, hash] = ["generated-password-of-accounts-b", "$2b$10$hash-of-accounts-b"];
  assert.deepEqual(said, [{ name: "b", role: "push", password, hash }]);
});

test("an authority of two generations issues by one, and both are trusted", async () => {
  const said: string[] = [];
  const recorded = await registered(() => {
    const made = new CertificateAuthority("authority", { ...own, issues: 2, trusted: [1, 2] });
    made.bundle.apply((bundle) => said.push(bundle));
    made.issuer.privateKey.apply((key) => said.push(key));
  });
  assert.deepEqual(recorded.list, [
    "CertificateAuthority authority",
    "tls:PrivateKey authority-key-1",
    "tls:PrivateKey authority-key-2",
    "tls:SelfSignedCert authority-1",
    "tls:SelfSignedCert authority-2",
  ]);
  // The same text for both, as mocks have it: each is there once.
  assert.deepEqual(said.sort(), [authority.certificate, "private-key-of-authority-key-2"].sort());
  for (const { inputs } of recorded.of("tls:PrivateKey"))
    assert.deepEqual(inputs, { algorithm: "ECDSA", ecdsaCurve: "P256" });
  assert.partialDeepStrictEqual(recorded.one("tls:SelfSignedCert authority-2").inputs, {
    isCaCertificate: true,
    validityPeriodHours: 10 * 365 * 24,
    subject: { commonName: "registry.example CA 2" },
  });
});

test("who issued before is trusted besides, once, whoever issues now", async () => {
  const said: string[] = [];
  const before = ["-----OLD-----\n", authority.certificate];
  await registered(() => {
    const made = [
      new CertificateAuthority("own", { ...own, issues: 2, trusted: [2], before }),
      new CertificateAuthority("brought", { kind: "brought", ...authority, before }),
    ];
    for (const { bundle, issuer } of made) {
      bundle.apply((text) => said.push(text));
      issuer.certificate.apply((text) => said.push(text));
    }
  });
  const both = `${authority.certificate}-----OLD-----\n`;
  assert.deepEqual(said.sort(), [authority.certificate, authority.certificate, both, both].sort());
});

test("a brought authority is used as it is", async () => {
  const said: string[] = [];
  let sealed: Promise<boolean> | undefined;
  const recorded = await registered(() => {
    const { bundle, issuer } = new CertificateAuthority("authority", { kind: "brought", ...authority });
    for (const one of [bundle, issuer.certificate, issuer.privateKey]) one.apply((text) => said.push(text));
    sealed = pulumi.isSecret(issuer.privateKey);
  });
  assert.deepEqual(recorded.list, ["CertificateAuthority authority"]);
  assert.equal(await sealed, true);
  assert.deepEqual(said.sort(), [authority.certificate, authority.certificate, authority.privateKey].sort());
});

const names = { dnsNames: ["registry.example"], ipAddresses: ["192.0.2.10", "::1"] };
const days = (count: number) => new Date(Date.now() + count * 24 * 60 * 60 * 1000);

/** The certificate that is asked for at a time. */
async function certificateAt(now: Date) {
  const recorded = await registered(() => {
    const { issuer } = new CertificateAuthority("authority", { kind: "brought", ...authority });
    const lifetime = { validityDays: 825, renewAfterDays: 412 };
    void new ServerCertificate("cert", { issuer, commonName: "c", ...names, ...lifetime, now });
  });
  return { recorded, signed: recorded.one("tls:LocallySignedCert cert") };
}

test("a server's certificate carries its names and is signed by the authority", async () => {
  const { recorded, signed } = await certificateAt(days(0));
  assert.deepEqual(recorded.list, [
    "CertificateAuthority authority",
    "ServerCertificate cert",
    "renewal-clock cert-clock",
    "tls:CertRequest cert-request",
    "tls:LocallySignedCert cert",
    "tls:PrivateKey cert-key",
  ]);
  assert.deepEqual(recorded.one("tls:CertRequest cert-request").inputs, {
    privateKeyPem: "private-key-of-cert-key",
    subject: { commonName: "c" },
    ...names,
  });
  assert.partialDeepStrictEqual(signed.inputs, {
    caCertPem: authority.certificate,
    caPrivateKeyPem: authority.privateKey,
    certRequestPem: "request-of-cert-request",
    validityPeriodHours: 825 * 24,
    allowedUses: ["digital_signature", "key_agreement", "server_auth"],
  });
});

test("it is replaced by the first run after each period, by none before", async () => {
  const triggers: unknown[] = [];
  for (const now of [-10, 0, 411, 413, 825].map(days))
    triggers.push((await certificateAt(now)).signed.replacementTrigger);
  assert.deepEqual(triggers, ["412/0", "412/0", "412/0", "412/1", "412/2"]);
});

test("a pull secret is made in each namespace, and named by its service accounts", async () => {
  const recorded = await registered(() => {
    const account = { name: "puller", role: "pull", password: givenPassword } as const;
    const places = { namespaces: ["default", "apps"], serviceAccounts: ["default", "builder"] };
    const servers = ["192.0.2.10:5045", "registry.example:5045"];
    void new PullSecrets("pull", { name: "registry-secret", stack: "p.s", ...places, servers, account });
  });
  assert.deepEqual(recorded.list, [
    "PullSecrets pull",
    "Secret pull-apps",
    "Secret pull-default",
    "ServiceAccountPatch pull-apps-builder",
    "ServiceAccountPatch pull-apps-default",
    "ServiceAccountPatch pull-default-builder",
    "ServiceAccountPatch pull-default-default",
  ]);
  const { metadata, type, stringData } = Object(recorded.one("Secret pull-apps").inputs);
  assert.deepEqual([metadata.name, metadata.namespace], ["registry-secret", "apps"]);
  assert.equal(type, "kubernetes.io/dockerconfigjson");
  const { auths } = JSON.parse(stringData[".dockerconfigjson"]);
  assert.deepEqual(Object.keys(auths), ["192.0.2.10:5045", "registry.example:5045"]);
  assert.partialDeepStrictEqual(recorded.one("ServiceAccountPatch pull-apps-builder").inputs, {
    metadata: { name: "builder", namespace: "apps" },
    imagePullSecrets: [{ name: "registry-secret" }],
  });
});
