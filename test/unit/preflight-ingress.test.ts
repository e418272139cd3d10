import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ClusterClient } from "../../cluster/client.ts";
import { bundleOf } from "../../render/pem.ts";
import { ingressFor } from "../../stacks/preflight/ingress.ts";
import { makeCertificates } from "../support/certificates.ts";
import { Chains } from "../support/chains.ts";
import { items, named } from "../support/cluster-objects.ts";
import { least, meant } from "../support/example-settings.ts";
import { type Answers, sharedKubeApi } from "../support/kube-api.ts";
import { authority } from "../support/mocks.ts";

const api = await sharedKubeApi();
const pem = await (async () => {
  const folder = mkdtempSync(join(tmpdir(), "edge-registry-"));
  try {
    const { certificate, privateKey, authority } = await makeCertificates(folder);
    const other = readFileSync(join(folder, "ca.key"), "utf8");
    return { certificate, privateKey, other, authority: readFileSync(authority, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
})();

const classOf = (name: string, controller: string, isDefault = false) => ({
  ...named(name, { annotations: { "ingressclass.kubernetes.io/is-default-class": `${isDefault}` } }),
  spec: { controller },
});
const nginx = classOf("nginx", "k8s.io/ingress-nginx");
const traefik = classOf("traefik", "traefik.io/ingress-controller", true);
const classes = (...list: readonly object[]) => ({
  "/apis/networking.k8s.io/v1/ingressclasses": items(...list),
});
const kinds = {
  "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ingressroutetcps.traefik.io": named(
    "ingressroutetcps.traefik.io",
  ),
};
const secret = (data: Readonly<Record<string, string>>): Answers => ({
  "/api/v1/namespaces/edge-registry/secrets/tls": {
    ...named("tls"),
    data: Object.fromEntries(
      Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
    ),
  },
});

function found(expose: object | string, answers: Answers, now = new Date(), host = "edge.test") {
  api.answers = answers;
  const client = new ClusterClient({ kubeconfig: api.kubeconfig });
  return ingressFor(client, meant({ ...least, host, expose }), now);
}

const ending = { kind: "ingress", ingressClass: "nginx", tlsSecret: "tls" };
const problems = async (answers: Answers, ...more: readonly [Date?, string?]) =>
  (await found(ending, { ...classes(nginx), ...answers }, ...more))?.problems;

test("nothing is asked where no ingress is wanted", async () => {
  assert.equal(await found("loadBalancer", {}), undefined);
});

test("the class is the named one, or the cluster's default", async () => {
  const both = { ...classes(nginx, traefik), ...kinds };
  const byDefault = await found("ingress", both);
  assert.equal(byDefault?.controller, "traefik.io/ingress-controller");
  assert.equal(byDefault?.className, "traefik");
  const named = await found({ kind: "ingress", ingressClass: "nginx" }, both);
  assert.equal(named?.controller, "k8s.io/ingress-nginx");
  assert.match(named?.warnings.join() ?? "", /--enable-ssl-passthrough/);
});

test("a class that is not there is told with those that are", async () => {
  const missing = await found({ kind: "ingress", ingressClass: "haproxy" }, classes(nginx, traefik));
  assert.deepEqual(missing?.problems, [
    "expose.ingressClass: expected haproxy in this cluster, it has nginx, traefik: pulumi config set --path edge-registry:expose.ingressClass NAME",
  ]);
  const none = await found("ingress", classes(nginx));
  assert.match(none?.problems.join() ?? "", /expected a default class in this cluster, it has nginx:/);
  assert.match((await found("ingress", classes()))?.problems.join() ?? "", /it has none:/);
});

test("Traefik needs its own kinds", async () => {
  assert.deepEqual((await found("ingress", { ...classes(traefik), ...kinds }))?.problems, []);
  assert.match(
    (await found("ingress", classes(traefik)))?.problems.join() ?? "",
    /expected Traefik's kinds .* got none/,
  );
});

test("a controller that is not known is told of, unless annotations say what it needs", async () => {
  const other = classes(classOf("other", "example.com/controller", true));
  assert.match(
    (await found("ingress", other))?.warnings.join() ?? "",
    /example\.com\/controller is not known here/,
  );
  const annotated = await found({ kind: "ingress", annotations: { "example.com/pass": "yes" } }, other);
  assert.deepEqual(annotated?.warnings, []);
});

test("the Secret's certificate has to be for the host, valid, and its key's", async () => {
  const whole = { "tls.crt": pem.certificate, "tls.key": pem.privateKey, "ca.crt": pem.authority };
  const right = await found(ending, { ...classes(nginx), ...secret(whole) });
  assert.deepEqual(right?.problems, []);
  assert.equal(right?.chain?.authority, pem.authority);
  assert.deepEqual(await problems({}), [
    "expose.tlsSecret: expected the Secret edge-registry/tls, got none: kubectl -n edge-registry create secret tls tls --cert tls.crt --key tls.key; where namespace edge-registry is not there yet, bring the registry up without expose.tlsSecret first, or make the namespace and name it in namespace.existing",
  ]);
  assert.deepEqual(await problems(secret({ password: "x" })), [
    "expose.tlsSecret: expected tls.crt and tls.key in edge-registry/tls, got something else",
  ]);
  assert.deepEqual(await problems(secret({ ...whole, "tls.crt": "x" })), [
    "expose.tlsSecret: expected a certificate and its key as PEM in edge-registry/tls, got something else",
  ]);
  assert.deepEqual(await problems(secret(whole), new Date(), "registry.example"), [
    "expose.tlsSecret: edge-registry/tls: it is not for registry.example, but for edge.test, *.edge.test, localhost, 127.0.0.1, 0:0:0:0:0:0:0:1",
  ]);
  assert.match(
    `${await problems(secret(whole), new Date("2100-01-01"))}`,
    /^expose\.tlsSecret: edge-registry\/tls: of CN=.*, it expired on /,
  );
  assert.deepEqual(await problems(secret({ ...whole, "tls.key": pem.other })), [
    "expose.tlsSecret: edge-registry/tls: its key is another certificate's",
  ]);
});

test("its chain has to be whole; of an authority that nobody named clients may know all the same", async () => {
  const chains = new Chains();
  try {
    const { certificate, privateKey } = chains.issue({ names: "DNS:edge.test" });
    const now = new Date(Date.now() + 60_000);
    const shown = (more: Readonly<Record<string, string>>) =>
      found(ending, { ...classes(nginx), ...secret({ "tls.key": privateKey, ...more }) }, now);
    const whole = { "tls.crt": certificate + chains.intermediate, "ca.crt": chains.root };
    assert.deepEqual((await shown(whole))?.problems, []);
    assert.deepEqual((await shown({ ...whole, "tls.crt": certificate }))?.problems, [
      "expose.tlsSecret: edge-registry/tls: it does not lead to CN=Example Root, but to CN=Example Issuing: intermediate certificates may be missing",
    ]);
    const turned = `${authority.certificate}${chains.root}`; // as while one authority follows another
    const both = await shown({ ...whole, "ca.crt": turned });
    assert.deepEqual([both?.problems, both?.chain?.authority], [[], turned]);
    const told = await shown({ "tls.crt": certificate + chains.intermediate + chains.root });
    assert.deepEqual(
      [told?.warnings, told?.chain?.authority, told?.chain?.isPublic],
      [[], bundleOf([chains.root]), false],
    );
    const unknown = await shown({ "tls.crt": certificate });
    assert.equal(unknown?.chain, undefined);
    assert.deepEqual(unknown?.problems, []);
    assert.deepEqual(unknown?.warnings, [
      "expose.tlsSecret: edge-registry/tls: who issued it, CN=Example Issuing, is no public authority: add the intermediate certificates that are missing, or put its authority there as ca.crt",
    ]);
  } finally {
    chains.remove();
  }
});
