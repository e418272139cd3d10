/** Wrong settings of a certificate that is brought, alone and with others. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Chains } from "../support/chains.ts";
import { external, least, meant, problems } from "../support/example-settings.ts";
import { authority } from "../support/mocks.ts";

const chains = new Chains();
after(() => chains.remove());
const pair = chains.issue();
const host = "registry.example.com";
const base = { ...least, host };
const inNamespace = { ...base, namespace: { existing: "edge" } };
const remove = (key: string) => `; run: pulumi config rm --path edge-registry:certificate.${key}`;
const pem =
  "certificate.certificate: expected the PEM text of the server's certificate and of those that lead to its authority, got";
const key = "certificate.privateKey: expected the PEM text of its private key, got";

const refusals: readonly (readonly [
  settings: Readonly<Record<string, unknown>>,
  message: string | RegExp,
])[] = [
  [
    { certificate: { secretName: "Registry TLS" } },
    /^certificate\.secretName: expected a name of at most 253 .*, got "Registry TLS"$/,
  ],
  [
    { certificate: { ...pair, certificate: "tls.crt" } },
    `${pem} tls.crt: this is a path: give the file's content`,
  ],
  [
    { certificate: { ...pair, certificate: pair.privateKey } },
    `${pem} a text of several lines: it holds a private key`,
  ],
  [
    { certificate: { ...pair, certificate: `${pair.certificate}and more` } },
    `${pem} a text of several lines`,
  ],
  [
    { certificate: { ...pair, privateKey: "/etc/tls.key" } },
    `${key} a text: this is a path: give the file's content`,
  ],
  [{ certificate: { ...pair, privateKey: pair.certificate } }, `${key} a text`],
  [
    { certificate: { ...pair, privateKey: "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA" } },
    `${key} a text: it is encrypted: take the passphrase off with \`openssl pkey\``,
  ],
  [
    { certificate: { ...pair, caCertificate: "ca.crt" } },
    /^certificate\.caCertificate: .*: this is a path: give the file's content$/,
  ],
  [
    { certificate: { certificate: pair.certificate } },
    "certificate.privateKey: expected the key of certificate.certificate, got nothing; run: pulumi config set --secret --path edge-registry:certificate.privateKey < tls.key",
  ],
  [
    { certificate: { privateKey: pair.privateKey } },
    "certificate.certificate: expected the certificate of certificate.privateKey, got nothing; run: pulumi config set --path edge-registry:certificate.certificate < tls.crt",
  ],
  [
    { ...inNamespace, certificate: { ...pair, secretName: "registry-tls" } },
    `certificate.secretName: expected either a Secret or PEM, got both: one certificate is served${remove("secretName")}`,
  ],
  [
    { certificate: { secretName: "registry-tls" } },
    "certificate.secretName: expected a Secret of a namespace that exists, got one of edge-registry, which up creates: it has to be there before the registry; run: pulumi config set --path edge-registry:namespace.existing NAME",
  ],
  [
    { certificate: { caCertificate: authority.certificate } },
    `certificate.caCertificate: expected nothing where no certificate is brought, got a value: what is issued here has an authority: certificate.authority${remove("caCertificate")}`,
  ],
  ...Object.entries({ validityDays: 90, renewAfterDays: 30, generation: 1, trusts: [1] }).map(
    ([name, value]) =>
      [
        { certificate: { ...pair, [name]: value } },
        `certificate.${name}: expected nothing where a certificate is brought, got a value: it is about those that are issued here${remove(name)}`,
      ] as const,
  ),
  [
    { certificate: { ...pair, authority } },
    `certificate.authority: expected nothing where a certificate is brought, got a value: it is about those that are issued here${remove("authority")}`,
  ],
  [
    { target: "cloud", storage: external, certificate: pair, host: undefined },
    "host: expected a name where a certificate is brought, got nothing: it has to be known what the certificate is for; run: pulumi config set edge-registry:host registry.example.com",
  ],
  [
    {
      ...inNamespace,
      expose: { kind: "ingress", tlsSecret: "ingress-tls" },
      certificate: { secretName: "registry-tls" },
    },
    "expose.tlsSecret: expected nothing where a certificate is brought, got a value: clients see the ingress controller's, and the registry's own is the controller's business alone; run: pulumi config rm --path edge-registry:expose.tlsSecret",
  ],
];

describe("of a brought certificate is refused", () => {
  for (const [settings, message] of refusals)
    test(JSON.stringify(settings).slice(0, 90), () => {
      const given = Object.entries({ ...base, ...settings }).filter(([, value]) => value !== undefined);
      const [found = "nothing is said", ...others] = problems(Object.fromEntries(given), { now: new Date() });
      assert.deepEqual(others, []);
      if (typeof message === "string") assert.equal(found, message);
      else assert.match(found, message);
    });
});

test("what is right is understood, and leaves open whether the nodes are to trust it", () => {
  const secret = meant({ ...inNamespace, certificate: { secretName: "registry-tls" } });
  assert.deepEqual(secret.certificate.brought, { kind: "secret", secretName: "registry-tls" });
  assert.equal(secret.nodeTrust.enabled, "unless-public");
  const given = meant({
    ...base,
    certificate: { ...pair, caCertificate: chains.root },
    nodeTrust: { hosts: true },
  });
  assert.deepEqual(given.certificate.brought, { kind: "pem", ...pair, caCertificate: chains.root });
  assert.deepEqual(given.nodeTrust, { enabled: true, hosts: true, adopt: false });
  assert.deepEqual(problems({ ...base, certificate: pair, nodeTrust: "off", proof: "on" }), []);
});
