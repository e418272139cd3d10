import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { plainAccess } from "../../cluster/plain-access.ts";

const folder = mkdtempSync(join(tmpdir(), "edge-registry-"));
after(() => rmSync(folder, { recursive: true }));
for (const name of ["ca.crt", "user.crt", "user.key"]) writeFileSync(join(folder, name), `pem of ${name}`);

const server = "https://192.0.2.1:6443";
const data = (text: string) => Buffer.from(text).toString("base64");

function written(cluster: object, user: object, more: object = {}): string {
  const path = join(folder, "kubeconfig");
  const config = {
    "current-context": "here",
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
    contexts: [{ name: "here", context: { cluster: "c", user: "u", namespace: "n" } }],
    ...more,
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const certificate = { "client-certificate": "user.crt", "client-key": join(folder, "user.key") };

for (const [what, cluster, user] of [
  ["files", { server, "certificate-authority": "ca.crt" }, certificate],
  [
    "texts",
    { server, "certificate-authority-data": data("a") },
    {
      "client-certificate-data": data("b"),
      "client-key-data": data("c"),
    },
  ],
  ["a token", { server: `${server}/a/b` }, { token: "t" }],
  ["another name", { server, "tls-server-name": "kubernetes", extensions: [{ name: "x" }] }, { token: "t" }],
  ["nobody", { server }, {}],
] as const)
  test(`a kubeconfig with ${what} means what it means to the library`, async () => {
    const kubeconfig = written(cluster, user);
    const library = new KubeConfig();
    library.loadFromFile(kubeconfig);
    const plain = plainAccess({ kubeconfig }) ?? assert.fail("it is plain");
    assert.equal(plain.getCurrentCluster()?.server, library.getCurrentCluster()?.server);
    const [ours, theirs]: Record<string, unknown>[] = [{}, {}];
    await plain.applyToHTTPSOptions(ours ?? {});
    await library.applyToHTTPSOptions(theirs ?? {});
    assert.deepEqual(comparable(ours), comparable(theirs));
  });

/** Names of headers know no case, and texts and bytes are the same to TLS. */
function comparable({ agent: _, headers, ...identity }: Record<string, unknown> = {}) {
  const named = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  const texts = Object.entries(identity).map(([name, value]) => [name, `${value}`]);
  return Object.fromEntries([...named, ...texts.sort()]);
}

for (const [what, cluster, user] of [
  ["no TLS", { server: "http://192.0.2.1" }, {}],
  ["a proxy", { server, "proxy-url": "http://192.0.2.9" }, {}],
  ["no verification", { server, "insecure-skip-tls-verify": true }, {}],
  ["a helper program", { server }, { exec: { command: "aws" } }],
  ["a provider", { server }, { "auth-provider": { name: "oidc" } }],
  ["a token's file", { server }, { tokenFile: "/token" }],
  ["a token that is a number", { server }, { token: 12345 }],
  ["a password", { server }, { username: "a", password: "b" }],
  ["somebody else's part", { server }, { token: "t", as: "root" }],
  ["a file that is missing", { server, "certificate-authority": "missing.crt" }, {}],
] as const)
  test(`a kubeconfig with ${what} is left to the library`, () => {
    assert.equal(plainAccess({ kubeconfig: written(cluster, user) }), undefined);
  });

test("so is one without the context, several files, and what is no kubeconfig", () => {
  const kubeconfig = written({ server }, {});
  assert.ok(plainAccess({ kubeconfig }));
  assert.equal(plainAccess({ kubeconfig, context: "there" }), undefined);
  assert.equal(plainAccess({ kubeconfig: written({ server }, {}, { users: [] }) }), undefined);
  writeFileSync(kubeconfig, "[");
  assert.equal(plainAccess({ kubeconfig }), undefined);
  const before = process.env.KUBECONFIG;
  process.env.KUBECONFIG = `${kubeconfig}:${kubeconfig}`;
  try {
    assert.equal(plainAccess({}), undefined);
  } finally {
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
  }
});
