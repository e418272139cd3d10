/** Whose certificate a stack has its servers show, and whom nodes trust for it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ingressNginx } from "../../render/ingress.ts";
import { Chains } from "../support/chains.ts";
import { authority } from "../support/mocks.ts";
import type { Recorded } from "../support/recorded.ts";
import {
  broughtPair,
  broughtSecret,
  chain,
  found,
  fromOwn,
  fromPublic,
  podOf,
  stackOf,
  told,
} from "../support/stacks.ts";

describe("of a certificate that is brought", () => {
  test("the gateway shows a pair from its text, and a Secret from files that it watches", async () => {
    const pair = await stackOf({ host: "registry.example", certificate: broughtPair }, fromOwn);
    const config = (recorded: Recorded) =>
      JSON.parse(Object(recorded.one("Secret registry-config").inputs.stringData)["caddy.json"]).apps.tls;
    const [loaded] = config(pair).certificates.load_pem;
    assert.equal(loaded.certificate, authority.certificate);
    const secret = await stackOf(broughtSecret, fromOwn);
    const [{ certificate, key }] = config(secret).certificates.load_files;
    const { containers, volumes } = podOf(secret);
    const mounted = containers[0].volumeMounts.find(({ name }: { name: string }) => name === "certificate");
    const volume = volumes.find(({ name }: { name: string }) => name === "certificate");
    assert.deepEqual([certificate, key], [`${mounted.mountPath}/tls.crt`, `${mounted.mountPath}/tls.key`]);
    assert.equal(mounted.subPath, undefined); // a single file of a Secret would stay what it was
    assert.deepEqual(containers[0].command.slice(-2), [certificate, key]);
    assert.equal(volume.secret.secretName, "registry-tls");
    assert.ok(!JSON.stringify(podOf(pair)).includes("registry-certificate"));
  });

  test("the nodes get its own authority, and are left alone by one that all know", async () => {
    const own = await stackOf(broughtSecret, fromOwn);
    const files = Object(own.one("ConfigMap node-trust-files").inputs.data);
    assert.equal(files["ca.crt"].trim(), authority.certificate.trim());
    assert.equal(files.registries, "registry.example:5045\n");
    const wished = await stackOf({ ...broughtSecret, nodeTrust: "on" }, fromPublic);
    assert.equal(wished.of("DaemonSet").length, 2);
    const off = await stackOf({ ...broughtSecret, nodeTrust: "off" }, fromOwn);
    assert.deepEqual(off.list, (await stackOf(broughtSecret, fromPublic)).list);
  });

  test("a change to it lets the nodes trust both first", async () => {
    const other = new Chains();
    try {
      const recorded = await stackOf(broughtSecret, { ...fromOwn, servedBy: [other.root] });
      const files = Object(recorded.one("ConfigMap node-trust-files").inputs.data);
      assert.equal(files["ca.crt"].match(/BEGIN CERTIFICATE/g)?.length, 2);
      assert.ok(recorded.one("Deployment registry").dependsOn.includes("node-trust-rollout"));
    } finally {
      other.remove();
    }
  });

  test("the proof's image is pushed by the name that it is for", async () => {
    const { host } = (await stackOf(broughtSecret, fromOwn)).one("image-pushed proof-pushed").inputs;
    assert.equal(host, "registry.example:5045");
  });

  test("the outputs tell when it ends, and of a public one nothing that has to be trusted", async () => {
    const own = told(await stackOf(broughtSecret, fromOwn));
    assert.equal(own?.certificateExpires, "2027-01-02T03:04:05.000Z");
    assert.equal(own?.certificateRenewsFrom, "it is renewed where it was brought from");
    assert.equal(`${own?.caCertificate}`.trim(), authority.certificate.trim());
    assert.equal(own?.internalUrl, "https://registry.example:5045");
    const all = told(await stackOf(broughtSecret, fromPublic));
    assert.equal(all?.caCertificate, "");
    assert.ok(!JSON.stringify(all?.clientSetup).includes("caCertificate"));
  });

  test("a preview that could not ask for the Secret shows what it can", async () => {
    const nobody = { server: "nobody", bucketExists: false, servedBy: [], hostFolders: ["/etc"] };
    const recorded = await stackOf(broughtSecret, nobody);
    assert.equal(told(recorded)?.certificateExpires, "unknown, as the cluster did not answer");
    assert.deepEqual(recorded.of("NodeTrust"), []);
  });
});

test("a server shows what another authority issued only once the nodes trust that one", async () => {
  const waits = async (servedBy: readonly string[], settings = {}) =>
    (await stackOf(settings, { ...found, servedBy }))
      .one("Secret registry-config")
      .dependsOn.includes("node-trust-rollout");
  const [now, another] = [authority.certificate, "-----ANOTHER-----\n"];
  assert.equal(await waits([]), false, "where no server shows anything yet");
  assert.equal(await waits([now]), false, "where they show this one's already");
  assert.equal(await waits([another]), true);
  assert.equal(await waits([now, another]), true, "where it is not known which");
  assert.equal(
    await waits([another], { nodeTrust: "off", proof: "off" }),
    false,
    "where nodes are left alone",
  );
});

test("nodes trust whoever issued what servers show now, besides who issues what they will", async () => {
  const files = (await stackOf({}, { ...found, servedBy: ["-----ANOTHER-----\n"] })).one(
    "ConfigMap node-trust-files",
  );
  assert.equal(Object(files.inputs.data)["ca.crt"], `${authority.certificate}-----ANOTHER-----\n`);
});

test("where an ingress controller ends TLS, nodes and people go by what it shows", async () => {
  const settings = { host: "registry.example", expose: { kind: "ingress", tlsSecret: "tls" } };
  const led = (more: object) =>
    stackOf(settings, {
      ...found,
      ingress: { controller: ingressNginx, chain: { ...chain, authority: "issuer\n", ...more } },
    });
  const own = await led({ expires: "2026-01-02T03:04:05.000Z" });
  assert.match(Object(own.one("ConfigMap node-trust-files").inputs.data)["ca.crt"], /issuer\n$/);
  assert.match(`${told(own)?.caCertificate}`, /issuer\n$/);
  assert.equal(told(own)?.certificateExpires, "2026-01-02T03:04:05.000Z");
  assert.notEqual(
    told(await led({ expires: "2999-01-02T03:04:05.000Z" }))?.certificateExpires,
    "2999-01-02T03:04:05.000Z",
  );

  const all = await led({ isPublic: true });
  assert.deepEqual(all.of("NodeTrust"), []);
  assert.doesNotMatch(`${told(all)?.caCertificate}`, /issuer/);
  assert.ok(!JSON.stringify(told(all)?.clientSetup).includes("caCertificate"));
});
