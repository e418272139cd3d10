import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { rules } from "../../policy/rules.ts";
import { inTheClear } from "../support/plain-objects.ts";
import { bad, deployment, workload } from "../support/policy-objects.ts";
import { identityOf } from "../support/recorded.ts";
import { variants } from "../support/stacks.ts";

/** What the rules say of an object. */
const judged = (type: string, object: object) =>
  rules.flatMap(({ name, check }) => check(type, object).map((fault) => `${name}: ${fault}`));

for (const [variant, made] of Object.entries(variants))
  test(`all that a stack registers keeps to the rules: ${variant}`, async () => {
    const { all } = await made();
    const broken = all.flatMap(({ type, name, inputs }) =>
      judged(type, inputs).map((fault) => `${identityOf({ type, name })}: ${fault}`),
    );
    assert.deepEqual(broken, []);
  });

test("what the bad ones below differ from keeps to the rules", () => {
  assert.deepEqual(judged(deployment, workload()), []);
});

const refused = [...bad, ...inTheClear];

for (const [what, type, object, ...said] of refused)
  test(`refused: ${what}`, () => assert.deepEqual(judged(type, object), said));

test("each rule refuses something", () => {
  const refusing = refused.flatMap(([, , , ...said]) => said.map((fault) => fault.split(":")[0]));
  for (const { name } of rules) assert.ok(refusing.includes(name), name);
});

test("the README lists the rules", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const section = readme.split("\n## Policy\n")[1]?.split("\n## ")[0] ?? "";
  assert.deepEqual(
    [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name),
    rules.map(({ name }) => name),
  );
});

test("a path is no secret, whatever the variable is called", () => {
  const env = [
    { name: "AWS_SHARED_CREDENTIALS_FILE", value: "/keys/credentials" },
    { name: "TOKEN", value: "/var/run/token" },
    { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
  ];
  assert.deepEqual(judged(deployment, workload({ env, args: ["--token-file=tokens"] })), []);
});

test("what only names a secret, asks for it or says how it is made is none", () => {
  const env = [{ name: "PASSWORD", value: "$(GIVEN)" }];
  const args = [
    ...["--password", "$(PASSWORD)", "--token", "/run/token", "--access-key=$(KEY)", "--secret-key", "$KEY"],
    ...[
      "--password-stdin",
      "registry.example",
      "--no-password",
      "images",
      "--token",
      "--debug",
      "--password",
    ],
  ];
  assert.deepEqual(judged(deployment, workload({ env, args })), []);
  const data = {
    ...{ password: "", token: "/run/token", access_key: `\${KEY}`, "private-key": "$(KEY)\n" },
    ...{ "password.policy": "strict", "token-ttl": "1h", secretKeyRef: "keys", "max-tokens": "7" },
    ...{ allowEmptyPassword: "true" },
  };
  assert.deepEqual(judged("kubernetes:core/v1:ConfigMap", { data }), []);
  const annotations = { "example.com/private-key-algorithm": "ECDSA", "example.com/inject-token": "yes" };
  assert.deepEqual(judged("kubernetes:core/v1:Service", { metadata: { annotations } }), []);
});
