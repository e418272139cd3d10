/** Wrong settings of accounts, certificate, pull secret, images and resources. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { least, problems } from "../support/example-settings.ts";
import { refuse } from "../support/refusals.ts";

const account = { name: "ci", role: "push" };
const puller = { name: "node", role: "pull" };
refuse([
  [
    "accounts",
    "ci",
    'accounts: expected a list of at least one account such as [{"name": "ci", "role": "push"}], got a text',
  ],
  ["accounts", [], /^accounts: .*, got an empty list$/],
  ["accounts", [account, "node"], /^accounts\[1\]: expected an object .*, got a text$/],
  ["accounts", [account, puller, account], "accounts[2]: expected another than accounts[0], got ci again"],
  ["accounts", [puller, { role: "push" }], /^accounts\[1\]\.name: expected a value, as in .*, got nothing$/],
  [
    "accounts",
    [account, { ...puller, role: "read" }],
    /^accounts\[1\]\.role: expected push or pull, got read; run: pulumi config set --path 'edge-registry:accounts\[1\]\.role' push$/,
  ],
  [
    "accounts",
    [account, { ...puller, name: "-node" }],
    /^accounts\[1\]\.name: expected 1 to 64 .*, got -node$/,
  ],
  [
    "accounts",
    [account, { ...puller, name: "node:x" }],
    /^accounts\[1\]\.name: .*, got one with a colon, which ends a name$/,
  ],
  [
    "accounts",
    [account, { ...puller, pasword: "x" }],
    "accounts[1].pasword: expected only name, role, password here, got an unknown key: did you mean password?",
  ],
  [
    "accounts",
    [account, { ...puller, password: "12345678901" }],
    /^accounts\[1\]\.password: expected 12 to 72 bytes .*, got a text: it is shorter; leave it out/,
  ],
  [
    "accounts",
    [account, { ...puller, password: "ä".repeat(37) }],
    /got a text: it is longer, and bcrypt reads no more$/,
  ],
  [
    "accounts",
    [account, { ...puller, password: "twelve\tletters" }],
    /got a text: it has characters that are not printed$/,
  ],
  [
    "accounts",
    [account, { ...puller, password: "twelve letters " }],
    /got a text: it has a blank at an end$/,
  ],
  ["accounts", [account, { ...puller, password: 123456789012 }], /got a number: put it in quotes$/],
  [
    "accounts",
    [account],
    "accounts: expected an account of role pull while the proof is on, got none: the nodes pull with it",
  ],
  [
    "accounts",
    [puller],
    "accounts: expected an account of role push while the proof is on, got none: the proof pushes its image with it",
  ],
  ["pullSecret", { name: "Pull" }, /^pullSecret\.name: .*, got Pull$/],
  ["pullSecret", { namespaces: ["a.b"] }, /^pullSecret\.namespaces\[0\]: .*, got a\.b$/],
  [
    "pullSecret",
    { serviceAccounts: "default" },
    /^pullSecret\.serviceAccounts: expected a list of service accounts/,
  ],
  [
    "certificate",
    { validityDays: 826 },
    /^certificate\.validityDays: expected a whole number from 2 to 825, got 826: many clients refuse longer ones/,
  ],
  [
    "certificate",
    { validityDays: 1 },
    /^certificate\.validityDays: expected a whole number from 2 to 825, got 1: many/,
  ],
  [
    "certificate",
    { validityDays: 90, renewAfterDays: 90 },
    "certificate.renewAfterDays: expected fewer days than validityDays, got 90 of 90: an expired certificate is renewed too late",
  ],
  [
    "certificate",
    { renewAfter: 10 },
    /^certificate\.renewAfter: expected a setting that the README lists, .*: did you mean renewAfterDays\?$/,
  ],
  [
    "certificate",
    { generation: 0 },
    /^certificate\.generation: expected a whole number from 1 to 1000000, got 0/,
  ],
  [
    "certificate",
    { generation: 2, trusts: [1] },
    "certificate.trusts: expected the generation that issues among them, got [1] without 2: no node would trust the server",
  ],
  [
    "certificate",
    { trusts: [1, 2, 3] },
    "certificate.trusts: expected a list of one or two generations such as [1, 2], got 3 of them",
  ],
  [
    "certificate",
    { trusts: [1, 1] },
    "certificate.trusts[1]: expected another than certificate.trusts[0], got 1 again",
  ],
  ["images", { registry: "registry" }, /^images\.registry: .*got registry: without either it means latest/],
  ["images", { registry: "localhost:5000/registry" }, /: without either it means latest/],
  ["images", { agent: "busybox:latest" }, /^images\.agent: .*: latest means something else every day$/],
  ["images", { store: "https://docker.io/minio/minio:1" }, /: leave out the scheme$/],
  ["images", { store: "mirror.example/versitygw:v1.7.0" }, /^images\.store: .*: before v1\.8\.0 it mixes up/],
  [
    "images",
    { agent: "busybox@sha256:abc" },
    /^images\.agent: expected an image with a tag or a digest, .*, got busybox@sha256:abc$/,
  ],
  ["images", { gateway: "Caddy:2" }, /^images\.gateway: .*, got Caddy:2$/],
  ["images", { regisrty: "registry:3" }, /^images\.regisrty: .*: did you mean registry\?$/],
  [
    "images",
    { gateway: "192.0.2.10:5045/caddy:2" },
    "images: expected images from elsewhere, got 192.0.2.10:5045/caddy:2: the registry cannot start from an image that lies in itself",
  ],
  [
    "resources",
    { gateway: { memory: "32Mi" } },
    /^resources\.gateway\.memory: expected a quantity of at least 64Mi, got 32Mi: it holds 59 MB under load; run/,
  ],
  ["resources", { registry: { memory: "256m" } }, /: m means thousandths: write 256Mi; run/],
  ["resources", { store: { memory: "1gb" } }, /^resources\.store\.memory: .*: write 1G; run/],
  [
    "resources",
    { store: { cpu: "half" } },
    /^resources\.store\.cpu: expected processors such as 500m or 2, at least 10m, got half; run/,
  ],
  ["resources", { store: { cpu: "5m" } }, /: with less it answers no probe in time; run/],
  [
    "resources",
    { cache: {} },
    "resources.cache: expected only registry, gateway, store here, got an unknown key",
  ],
]);

test("on port 443 the registry's own images are named without a port, or with it", () => {
  const asked = (agent: string, settings: object = { expose: "loadBalancer" }) =>
    problems({ ...least, host: "r.example.com", images: { agent }, ...settings });
  for (const image of ["r.example.com/busybox:1", "r.example.com:443/busybox:1"])
    assert.match(asked(image).join("\n"), /^images: expected images from elsewhere, got r\.example\.com/);
  assert.deepEqual(asked("r.example.com/busybox:1", {}), [], "another registry than that on port 5045");
  assert.deepEqual(asked("r.example.com.org/busybox:1"), []);
});
