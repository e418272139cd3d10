/** The certificate that is brought, as the cluster has it, before anything is registered. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { bundleOf } from "../../render/pem.ts";
import { PreflightError, preflight } from "../../stacks/preflight.ts";
import { Chains } from "../support/chains.ts";
import { items, named, node } from "../support/cluster-objects.ts";
import { external, least, meant } from "../support/example-settings.ts";
import { type Answers, refusal, sharedKubeApi } from "../support/kube-api.ts";

const api = await sharedKubeApi();
const chains = new Chains();
after(() => chains.remove());
// Certificates that a test makes begin later than the test did.
const now = new Date(Date.now() + 60_000);
const pair = chains.issue();
const path = "/api/v1/namespaces/edge/secrets/registry-tls";

/** A Secret as cert-manager keeps it. */
const secret = (data: Readonly<Record<string, string>>, type = "kubernetes.io/tls") => ({
  ...named("registry-tls"),
  type,
  data: Object.fromEntries(
    Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  ),
});
const whole = { "tls.crt": pair.certificate + chains.intermediate, "tls.key": pair.privateKey };

async function asked(
  answers: Answers,
  certificate: object = { secretName: "registry-tls" },
  preview = false,
) {
  api.answers = {
    "/api/v1/namespaces/kube-system": named("kube-system"),
    "/api/v1/namespaces/edge": named("edge"),
    "/api/v1/nodes": items(node("node-1", "192.0.2.10")),
    ...answers,
  };
  const settings = {
    ...{ ...least, host: "registry.example.com", namespace: { existing: "edge" }, certificate },
    storage: { ...external, endpoint: "https://s3.invalid" },
    pullSecret: { namespaces: [] },
    cluster: { kubeconfig: api.kubeconfig },
  };
  const asking = { settings: meant(settings, { now }), stack: "edge-registry.dev", preview, now };
  return await preflight({ ...asking, warn: () => undefined });
}

/** What is said against a certificate; that the S3 service is away is told besides. */
async function refused(...given: Parameters<typeof asked>): Promise<readonly string[]> {
  try {
    await asked(...given);
  } catch (error) {
    assert.ok(error instanceof PreflightError, `${error}`);
    return error.message.split("\n").filter((line) => line.startsWith("certificate"));
  }
  assert.fail("expected a refusal");
}

test("a Secret's own authority is the one that nodes get, or the one of the settings", async () => {
  const found = await asked({ [path]: secret({ ...whole, "ca.crt": chains.root }) }, undefined, true);
  assert.equal(found.brought?.authority, bundleOf([chains.root]));
  assert.equal(found.brought?.isPublic, false);
  const given = { secretName: "registry-tls", caCertificate: chains.intermediate };
  const other = await asked({ [path]: secret({ ...whole, "ca.crt": chains.root }) }, given, true);
  assert.equal(other.brought?.authority, bundleOf([chains.intermediate]));
});

test("nodes that trust another stack by the name are noticed, wherever the certificate is brought from", async () => {
  const agent = {
    ...named("node-trust", { labels: { "edge-registry/stack": "edge-registry.other" } }),
    data: { registries: "registry.example.com:5045\n" },
  };
  const answers = {
    [path]: secret({ ...whole, "ca.crt": chains.root }),
    "/api/v1/configmaps?labelSelector=app=node-trust": items(agent),
  };
  const pem = {
    ...{ certificate: whole["tls.crt"], privateKey: pair.privateKey },
    caCertificate: chains.root,
  };
  for (const certificate of [pem, { secretName: "registry-tls" }])
    await assert.rejects(
      asked(answers, certificate, true),
      /host: nodes trust registry\.example\.com:5045 as stack/,
    );
});

test("a Secret that is not there, of another type, or empty until its issuer is done, is told", async () => {
  const create = "kubectl -n edge create secret tls";
  assert.deepEqual(await refused({}), [
    `certificate.secretName: expected a Secret of namespace edge, got registry-tls, which is not there: ${create} registry-tls --cert tls.crt --key tls.key`,
  ]);
  assert.deepEqual(await refused({ [path]: secret(whole, "Opaque") }), [
    `certificate.secretName: expected a Secret of type kubernetes.io/tls, got registry-tls of type Opaque: ${create} ANOTHER --cert tls.crt --key tls.key`,
  ]);
  assert.deepEqual(await refused({ [path]: secret({ "tls.crt": "", "tls.key": pair.privateKey }) }), [
    "certificate.secretName: registry-tls holds no certificate yet: wait until it is issued; kubectl -n edge get certificates,certificaterequests shows why it is not",
  ]);
});

test("all that is wrong with it is told, a line each, in a preview too", async () => {
  const other = chains.issue({ names: "DNS:other.example.com" });
  const wrong = { "tls.crt": other.certificate, "tls.key": pair.privateKey, "ca.crt": chains.root };
  assert.deepEqual(await refused({ [path]: secret(wrong) }, undefined, true), [
    "certificate.secretName: registry-tls: its key is another certificate's",
    "certificate.secretName: registry-tls: it does not lead to CN=Example Root, but to CN=Example Issuing: intermediate certificates may be missing",
    "certificate.secretName: registry-tls: it is not for registry.example.com, but for other.example.com",
  ]);
});

test("a certificate of the settings is judged where no cluster answers too", async () => {
  const away = { "/api/v1/nodes": refusal(403, "forbidden") };
  const found = await asked(away, { ...pair, caCertificate: chains.intermediate }, true);
  assert.equal(found.brought?.authority, bundleOf([chains.intermediate]));
  assert.deepEqual(await refused(away, pair, true), [
    "certificate.certificate: who issued it, CN=Example Issuing, is no public authority: add the intermediate certificates that are missing, or set certificate.caCertificate",
  ]);
});
