/** Caddy's configuration: its promises that show in the text. What it does is in test/e2e/gateway.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type GatewayArgs, gatewayConfig } from "../../render/gateway.ts";
import { literal } from "../../render/gateway-routes.ts";

const pair = {
  certificate: "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n",
  privateKey: "-----BEGIN EC PRIVATE KEY-----\nB\n-----END EC PRIVATE KEY-----\n",
};
const args: GatewayArgs = {
  listen: 5045,
  upstream: "127.0.0.1:5000",
  uploadsAtOnce: 16,
  folder: "/tmp",
  shutdownDelaySeconds: 2,
  accounts: [
    { name: "regUser", role: "push", hash: "$2b$10$push" },
    { name: "nodes", role: "pull", hash: "$2b$10$pull" },
  ],
  certificate: pair,
};
const parsed = (changes: Partial<GatewayArgs> = {}) => JSON.parse(gatewayConfig({ ...args, ...changes }));

/** Every value under a key, at any depth. */
function all(value: unknown, key: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap((each) => all(each, key));
  return key in value ? [Object.entries(value).find(([name]) => name === key)?.[1], ...below] : below;
}

test("nothing of Caddy's own initiative: no admin API on a port, no certificates, no authority, no QUIC", () => {
  const { admin, apps } = parsed();
  assert.deepEqual(admin, { listen: "unix//tmp/admin.sock|0200", config: { persist: false } });
  assert.deepEqual(Object.keys(apps), ["http", "tls"], "an app pki would make an authority");
  assert.equal(apps.tls.automation, undefined);
  assert.deepEqual(Object.keys(apps.http.servers), ["gateway"]);
  const { automatic_https, protocols, listen } = apps.http.servers.gateway;
  assert.deepEqual([automatic_https, protocols, listen], [{ disable: true }, ["h1"], [":5045"]]);
});

test("the one certificate is chosen by its tag, by clients of TLS 1.2 or newer", () => {
  const { tls, http } = parsed().apps;
  const [{ tags, certificate, key }] = tls.certificates.load_pem;
  assert.deepEqual([certificate, key], [pair.certificate, pair.privateKey]);
  assert.deepEqual(http.servers.gateway.tls_connection_policies, [
    { certificate_selection: { any_tag: tags }, protocol_min: "tls1.2" },
  ]);
});

test("a certificate that others renew is read from files, with no key in the text", () => {
  const certificate = { certificateFile: "/c/tls.crt", keyFile: "/c/tls.key" };
  const { certificates } = parsed({ certificate }).apps.tls;
  assert.deepEqual(certificates, {
    load_files: [{ certificate: "/c/tls.crt", key: "/c/tls.key", format: "pem", tags: ["registry"] }],
  });
});

test("a stop and a change wait for what is in flight", () => {
  const { grace_period, shutdown_delay } = parsed().apps.http;
  assert.deepEqual([grace_period, shutdown_delay], ["1h", "2s"]);
  assert.equal(parsed({ shutdownDelaySeconds: 5 }).apps.http.shutdown_delay, "5s");
});

test("who is not named as a writer may only read", () => {
  const writers = (accounts: GatewayArgs["accounts"]) => all(parsed({ accounts }), "{http.auth.user.id}");
  assert.deepEqual(writers(args.accounts), [["regUser"]]);
  assert.deepEqual(writers(args.accounts.filter(({ role }) => role === "pull")), [[]]);
});

test("no registry is asked before someone has signed in, but for its root", () => {
  const routes: unknown[] = parsed().apps.http.servers.gateway.routes;
  const asking = routes.filter((route) => all(route, "upstreams").length > 0);
  assert.deepEqual(
    asking.map((route) => [all(route, "path")[0], all(route, "providers").length]),
    [
      [["/readyz"], 0],
      [["/v2", "/v2/*"], 1],
    ],
  );
});

test("whoever has not signed in keeps no connection: each answer of the gateway's own ends it", () => {
  const statics: object[] = [];
  const find = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("handler" in value && value.handler === "static_response") statics.push(value);
    Object.values(value).forEach(find);
  };
  const { routes, errors } = parsed().apps.http.servers.gateway;
  find([routes, errors]);
  assert.ok(statics.length > 5);
  for (const one of statics) assert.partialDeepStrictEqual(one, { close: true });
  const [ready] = all(routes[1], "headers");
  assert.partialDeepStrictEqual(ready, { response: { set: { Connection: ["close"] } } });
});

test("what is written waits where the registry has no memory for it, and manifests of a near store for their turn", () => {
  const limits = (changes: Partial<GatewayArgs>) =>
    all(parsed(changes), "transport").map((one) => all(one, "max_conns_per_host")[0]);
  assert.deepEqual(limits({ uploadsAtOnce: 7 }), [0, 0, 7, 0]);
  assert.deepEqual(limits({ uploadsAtOnce: 7, manifestsAtOnce: 2 }), [0, 2, 0, 7, 0]);
});

test("a manifest is taken before its client takes it, and a larger one is not paused over for long", () => {
  const config = parsed({ manifestsAtOnce: 2 });
  assert.deepEqual(all(config, "response_buffers"), [256 * 1024]);
  assert.deepEqual(all(config, "write_timeout"), [10e9]);
});

test("text is taken as it is, never as the name of a value", () => {
  assert.equal(literal("a {env.HOME} \\{b}"), "a \\{env.HOME\\} \\\\{b\\}");
  assert.doesNotMatch(literal("{env.HOME}"), /(^|[^\\])[{}]/);
});

test("hostile text in any field comes back as it was and adds nothing", () => {
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shape);
    if (typeof value !== "object" || value === null) return typeof value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]));
  };
  const expected = shape(parsed());
  const text = fc.oneof(fc.string(), fc.constantFrom('"}],"admin":{}', "{env.HOME}", "\u2028", "\\"));
  fc.assert(
    fc.property(text, text, text, text, (name, hash, certificate, privateKey) => {
      const accounts = args.accounts.map((account) => ({ ...account, name, hash }));
      const config = parsed({ accounts, certificate: { certificate, privateKey } });
      assert.deepEqual(shape(config), expected);
      assert.deepEqual(all(config, "username"), [literal(name), literal(name)]);
      assert.equal(all(config, "password")[0], literal(hash));
      assert.equal(all(config, "certificate")[0], literal(certificate));
      assert.equal(all(config, "key")[0], literal(privateKey));
    }),
  );
});
