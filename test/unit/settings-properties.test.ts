/** What holds of any configuration, and of the arithmetic that judges it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonical, network, splitPort } from "../../stacks/settings/address.ts";
import { fields } from "../../stacks/settings/given.ts";
import { distance, nearest } from "../../stacks/settings/nearest.ts";
import { bytes, millicores, probablyMeant } from "../../stacks/settings/quantity.ts";
import type { Fields } from "../../stacks/settings/reader.ts";
import { least, problems } from "../support/example-settings.ts";

/** Anything, and objects that have the known keys of a setting with anything in them. */
function anythingFor(inside: Fields | undefined): fc.Arbitrary<unknown> {
  const odd = fc.constantFrom(
    "",
    "on",
    "[",
    "{",
    "\n",
    "::",
    "1/",
    "__proto__",
    -0,
    1e300,
    "1".repeat(500),
    "٣",
  );
  const loose = fc.oneof(odd, fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: "binary" }));
  if (inside === undefined) return fc.oneof(loose, fc.array(loose, { maxLength: 3 }));
  const known = Object.entries(inside).map(
    ([key, { fields: deeper }]) => [key, anythingFor(deeper)] as const,
  );
  const object = fc.record(Object.fromEntries(known), { requiredKeys: [] });
  return fc.oneof(loose, object, fc.array(object, { maxLength: 3 }));
}

test("whatever is given, nothing but a SettingsError is thrown, a line for each problem", () => {
  const any = fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([key, { fields: inside }]: [string, { fields?: Fields }]) => [
        key,
        anythingFor(inside),
      ]),
    ),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(any, (settings) => {
      for (const line of problems(settings))
        assert.match(line, /^[^\n\r]+: expected [^\n\r]+, got [^\n\r]+$/);
    }),
    { numRuns: 500 },
  );
});

test("whatever keys are given, each problem stays on its line", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "binary" }), fc.string(), { maxKeys: 3 }), (settings) => {
      for (const line of problems({
        ...least,
        storage: settings,
        [`edge-registry:${Object.keys(settings)[0]}`]: "",
      }))
        assert.match(line, /^\P{Cc}+$/u);
    }),
  );
});

test("no password and no private key is ever shown", () => {
  const secret = "t0p-Secret";
  const wrong = fc
    .tuple(
      fc.constantFrom("", " ", "\n", "\0", "x".repeat(80)),
      fc.constantFrom("", " ", "-----BEGIN PRIVATE KEY-----\n"),
    )
    .map(([end, start]) => `${start}${secret}${end}`);
  const shapes = wrong.chain((password) =>
    fc.constantFrom<Readonly<Record<string, unknown>>>(
      { accounts: [{ name: "ci", role: "push", password }] },
      { accounts: [{ name: "ci", role: "push", password: [password] }] },
      { accounts: [{ name: `ci:${password}`, role: "push" }] },
      { accounts: [{ name: "ci", role: "push", pasword: password }] },
      { accounts: [password] },
      { accounts: { ci: password } },
      { accounts: `ci:${password}` },
      { accounts: `[{"password": "${secret}"` },
      { certificate: { authority: { certificate: password, privateKey: password } } },
      { certificate: { authority: password } },
      { certificate: password },
      { cluster: { kubeconfig: `apiVersion: v1\nusers: [{token: "${password}"}]` } },
      { cluster: { kubeconfig: `{"users": [{"token": "${secret}"}]}` } },
      { cluster: `apiVersion: v1\nusers: [{token: "${password}"}]` },
      { host: `https://me:${secret}@registry.example.com` },
      { "kubernetes:kubeconfig": password },
    ),
  );
  fc.assert(
    fc.property(shapes, (settings) => {
      const found = problems({ ...least, ...settings });
      assert.notEqual(found.length, 0);
      assert.doesNotMatch(found.join("\n"), new RegExp(secret));
    }),
    { numRuns: 400 },
  );
});

test("a network is its own, and every address in it names it", () => {
  const range = fc.oneof(fc.tuple(fc.ipV4(), fc.nat(32)), fc.tuple(fc.ipV6(), fc.nat(128)));
  fc.assert(
    fc.property(range, ([address, length]) => {
      const found = network(`${address}/${length}`);
      assert.match(found ?? "", new RegExp(`/${length}$`));
      assert.equal(network(found ?? ""), found);
      const full = address.includes(":") ? 128 : 32;
      if (length === full) assert.equal(found, `${canonical(address)}/${full}`);
    }),
  );
  assert.equal(network("10.255.3.4/12"), "10.240.0.0/12");
  assert.equal(network("2001:db8:ffff::1/33"), "2001:db8:8000::/33");
  for (const wrong of ["10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/", "::/129", "fe80::%eth0/64", "a/8"])
    assert.equal(network(wrong), undefined, wrong);
});

test("an endpoint is split as it was put together", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.domain()), fc.nat(65535), (host, port) =>
      assert.deepEqual(splitPort(`${host}:${port}`), { host, port }),
    ),
  );
  for (const wrong of ["a", "a:", ":1", "a:b", "::1:5", "[a]:5", "[1.2.3.4]:5", "a:123456", "a/b:5", "u@a:5"])
    assert.equal(splitPort(wrong), undefined, wrong);
});

test("quantities are as large as Kubernetes takes them for", () => {
  assert.deepEqual(["0", "1k", "1.5Ki", "10Gi", "2G"].map(bytes), [0, 1000, 1536, 10 * 2 ** 30, 2e9]);
  for (const wrong of ["", "Gi", "1e3", "-1Gi", "1 Gi", "1GB", "1gi", "256m", "1.Gi", ".5Gi", "1K"])
    assert.equal(bytes(wrong), undefined, wrong);
  assert.deepEqual(["500m", "2", "1.5", "0.01"].map(millicores), [500, 2000, 1500, 10]);
  for (const wrong of ["", "m", "1.5m", "-1", "2Gi", "1,5"])
    assert.equal(millicores(wrong), undefined, wrong);
  const asked = ["10GB", "10 Gi", "10gib", "5K", "5kb", "7 TiB", "lots"];
  assert.deepEqual(asked.map(probablyMeant), ["10G", "10Gi", "10Gi", "5k", "5k", "7Ti", undefined]);
});

test("the distance of words is that of a metric, and the nearest known one is suggested", () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (one, other) => {
      assert.equal(distance(one, other), distance(other, one));
      assert.equal(distance(one, other) === 0, one === other);
      assert.ok(distance(one, other) <= Math.max(one.length, other.length));
    }),
  );
  assert.deepEqual([distance("size", "siez"), distance("", "ab"), distance("port", "prot1")], [1, 2, 2]);
  const known = Object.keys(fields);
  const written = ["node-address", "NODEADDRESS", "keep", "prof", "hosts", "zebra", "x", ""];
  const meant = [
    "nodeAddress",
    "nodeAddress",
    "keepImages",
    "proof",
    "host",
    undefined,
    undefined,
    undefined,
  ];
  assert.deepEqual(
    written.map((one) => nearest(one, known)),
    meant,
  );
});
