import assert from "node:assert/strict";
import { test } from "node:test";
import { external } from "../support/example-settings.ts";
import { authority } from "../support/mocks.ts";
import { identityOf, type Recorded } from "../support/recorded.ts";
import { givenHeader, givenPassword, stackOf } from "../support/stacks.ts";

/** All that a provider generates as a secret, all that is given as one, and each as Basic authentication has it. */
function secretsOf(recorded: Recorded): readonly string[] {
  const generated = recorded.all.flatMap(({ type, name }) => {
    if (type.endsWith(":RandomPassword")) return [`generated-password-of-${name}`, `$2b$10$hash-of-${name}`];
    return type.endsWith(":PrivateKey") ? [`private-key-of-${name}`] : [];
  });
  const plain = [
    ...generated,
    givenPassword,
    givenHeader,
    authority.privateKey,
    external.accessKey,
    external.secretKey,
  ];
  const users = ["regUser", "regPuller", "ci", "site"];
  const encoded = plain.flatMap((text) =>
    ["", ...users.map((user) => `${user}:`)].map((prefix) => Buffer.from(prefix + text).toString("base64")),
  );
  return [...plain, ...encoded].map((text) => JSON.stringify(text).slice(1, -1));
}

const holds = (value: unknown, secrets: readonly string[]) => {
  const text = JSON.stringify(value);
  return secrets.some((secret) => text.includes(secret));
};

/** All kinds of secrets: generated and given ones, of two generations, and of a store with users. */
const stacks = [
  {
    storage: { server: "minio" },
    accounts: [
      { name: "ci", role: "push", password: givenPassword },
      { name: "site", role: "pull" },
    ],
    certificate: { generation: 2, trusts: [1, 2] },
    notifications: [{ name: "ci", url: "https://ci.example/", headers: { Authorization: givenHeader } }],
    pullSecret: { namespaces: ["default", "apps"], serviceAccounts: [] },
  },
  { certificate: { authority }, storage: { hostPath: "/var/lib/edge-registry" } },
  { storage: external },
];

/** What is given a secret because it is its task. */
const holders = [
  "Secret accounts",
  "Secret proof-pull",
  "Secret pull-secrets-apps",
  "Secret pull-secrets-default",
  "Secret registry-config",
  "Secret store-keys",
  "Secret store-tls",
  "bucket-origin bucket-origin",
  "bucket-owner bucket-owner",
  "image-pushed proof-pushed",
  "minio:IamUser bucket-user",
  "pulumi:minio bucket-store",
  "tls:CertRequest server-certificate-request",
  "tls:CertRequest store-certificate-request",
  "tls:LocallySignedCert server-certificate",
  "tls:LocallySignedCert store-certificate",
  "tls:SelfSignedCert authority-1",
  "tls:SelfSignedCert authority-2",
  "tls:SelfSignedCert store-authority-1",
];

test("secrets reach only what needs them, and are stored in clear nowhere", async () => {
  const given = new Set<string>();
  for (const settings of stacks) {
    const recorded = await stackOf(settings);
    const secrets = secretsOf(recorded);
    for (const one of recorded.all) {
      if (holds(one.inputs, secrets)) given.add(identityOf(one));
      assert.ok(!holds(one.told, secrets), `${identityOf(one)}\n${JSON.stringify(one.told)}`);
    }
    for (const told of recorded.outputs) assert.ok(!holds(told, secrets), JSON.stringify(told));
  }
  assert.deepEqual([...given].sort(), holders);
});
