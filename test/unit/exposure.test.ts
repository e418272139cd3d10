/** The ways in: whatever the way, all that names the registry names it the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ingressNginx } from "../../render/ingress.ts";
import { external } from "../support/example-settings.ts";
import { balancer as given } from "../support/mocks.ts";
import { podsIn } from "../support/pods.ts";
import type { Recorded } from "../support/recorded.ts";
import { broughtPair, found, fromPublic, stackOf, variants } from "../support/stacks.ts";

const made = async (variant: string) => (await variants[variant]?.()) ?? assert.fail(variant);

/** What a stack calls its registry, in each place that does. */
function called(recorded: Recorded) {
  const outputs = recorded.outputs.find((one) => "url" in one) ?? {};
  const files = Object(recorded.one("ConfigMap node-trust-files").inputs.data);
  const config = (secret: string) =>
    Object.keys(JSON.parse(Object(recorded.one(secret).inputs.stringData)[".dockerconfigjson"]).auths);
  const images = podsIn(recorded, "DaemonSet proof").containers.map(
    ({ image = "" }) => image.split("/edge-registry/")[0],
  );
  return {
    host: outputs.host,
    url: outputs.url,
    address: outputs.address,
    trusted: files.registries.trim().split("\n"),
    hosts: files.hosts.trim(),
    pulledFrom: config("Secret pull-secrets-default"),
    provenBy: config("Secret proof-pull"),
    proven: images,
  };
}

const alike = (...names: readonly string[]) => ({
  host: names.at(-1),
  url: `https://${names.at(-1)}`,
  trusted: names,
  pulledFrom: names,
  provenBy: names,
  proven: names,
});

const named = "registry.example";
const balancer = given.address;
const node = "192.0.2.10";

test("each way has its names, everywhere", async () => {
  const cases: Readonly<Record<string, object>> = {
    defaults: { ...alike(`${node}:5045`), address: node, hosts: "" },
    host: { ...alike(`${node}:5045`, `${named}:5045`), address: node, hosts: `${node} ${named}` },
    "node port": { ...alike(`${node}:30045`), address: node, hosts: "" },
    "load balancer": { ...alike(balancer), address: balancer, hosts: "" },
    "ingress passing TLS": { ...alike(named), address: node, hosts: `${node} ${named}` },
  };
  for (const [variant, expected] of Object.entries(cases))
    assert.deepEqual(called(await made(variant)), expected, variant);
  const both = called(await stackOf({ host: named, expose: "loadBalancer", port: "8443" }));
  assert.deepEqual(both, { ...alike(`${named}:8443`), address: balancer, hosts: `${balancer} ${named}` });
});

test("a load balancer's name is as good as its address, but for hosts lines", async () => {
  given.address = "lb.example.com";
  try {
    assert.deepEqual(called(await stackOf({ expose: "loadBalancer" })), {
      ...alike("lb.example.com"),
      address: "lb.example.com",
      hosts: "",
    });
    const { dnsNames, subject } = requested(await stackOf({ expose: "loadBalancer" }));
    assert.ok(dnsNames.includes(subject.commonName));
  } finally {
    given.address = balancer;
  }
  const asked = async (settings: object) =>
    (await stackOf({ expose: "loadBalancer", ...settings })).one("load-balancer-address exposure-address")
      .inputs.forHosts;
  assert.equal(await asked({}), false);
  assert.equal(await asked({ host: named }), true);
  assert.equal(await asked({ host: named, nodeTrust: { hosts: false } }), false);
});

test("the proof knows the DNS record that nodes need where no line of theirs names the registry", async () => {
  const record = async (settings: object, said?: Parameters<typeof stackOf>[1]) =>
    (await stackOf({ host: named, ...settings }, said)).one("rollout proof-rollout").inputs.record;
  const leadingTo = (leadsTo: string) => ({ host: named, leadsTo });
  const off = { nodeTrust: { hosts: false } };
  assert.equal(await record({}), undefined);
  assert.deepEqual(await record(off), leadingTo(node));
  assert.deepEqual(await record({ expose: "loadBalancer", ...off }), leadingTo(balancer));
  assert.deepEqual(await record({ host: undefined, expose: "loadBalancer" }), undefined);
  const away = { nodeAddress: undefined, storage: external, ...off };
  assert.deepEqual(await record({ expose: "nodePort", ...away }), leadingTo("a node"));
  const led = { ...found, ingress: { controller: ingressNginx } };
  assert.deepEqual(await record({ expose: "ingress", ...away }, led), leadingTo("the ingress controller"));
  const everybodys = { certificate: broughtPair };
  assert.deepEqual(await record(everybodys, fromPublic), leadingTo(node));
});

/** What the server's certificate is asked for. */
const requested = (recorded: Recorded) =>
  recorded.one("tls:CertRequest server-certificate-request").inputs as {
    readonly dnsNames: readonly string[];
    readonly ipAddresses: readonly string[];
    readonly subject: { readonly commonName: string };
  };

test("the load balancer's address is in the certificate where it is the registry's only name", async () => {
  const unnamed = requested(await made("load balancer"));
  assert.ok(unnamed.ipAddresses.includes(balancer));
  assert.equal(unnamed.subject.commonName, balancer);
  const withName = requested(await stackOf({ host: named, expose: "loadBalancer" }));
  assert.ok(!withName.ipAddresses.includes(balancer));
  assert.ok(withName.dnsNames.includes(named));
});

interface ServiceInputs {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
}

const serviceOf = (recorded: Recorded) =>
  recorded.one("Service exposure-service").inputs as unknown as ServiceInputs;

test("the Service is of the way's type, with what the settings say of it", async () => {
  const shape = { selector: { app: "registry" } };
  const port = (number: number) => ({ name: "https", port: number, targetPort: "https" });
  assert.deepEqual(serviceOf(await made("defaults")).spec, { ...shape, ports: [port(5045)] });
  assert.deepEqual(serviceOf(await made("node port")).spec, {
    ...shape,
    type: "NodePort",
    ports: [{ ...port(30045), nodePort: 30045 }],
  });
  const { metadata, spec } = serviceOf(
    await stackOf({
      expose: {
        kind: "loadBalancer",
        annotations: { "example.com/internal": "true" },
        loadBalancerClass: "example.com/lb",
        sourceRanges: ["10.0.0.0/8"],
      },
    }),
  );
  assert.deepEqual(spec, {
    ...shape,
    type: "LoadBalancer",
    loadBalancerClass: "example.com/lb",
    loadBalancerSourceRanges: ["10.0.0.0/8"],
    ports: [port(443)],
  });
  assert.equal(metadata.annotations["example.com/internal"], "true");
});

test("another class of load balancers gets another Service: of one that is there it cannot be changed", async () => {
  for (const variant of ["load balancer", "defaults"]) {
    const { replaceOnChanges, deleteBeforeReplace } = (await made(variant)).one("Service exposure-service");
    assert.deepEqual([replaceOnChanges, deleteBeforeReplace], [["spec.loadBalancerClass"], true], variant);
  }
  const { uid } = (await made("load balancer")).one("load-balancer-address exposure-address").inputs;
  assert.equal(uid, "uid-of-exposure-service", "and so another address");
});

test("only a host port holds the registry to a node", async () => {
  for (const [variant, pinned] of [
    ["defaults", true],
    ["load balancer", false],
    ["node port", false],
  ] as const) {
    const recorded = await made(variant);
    const { spec, containers } = podsIn(recorded, "Deployment registry");
    assert.equal(
      containers.some(({ ports }) => ports?.some(({ hostPort }) => hostPort)),
      pinned,
      variant,
    );
    assert.equal(spec.affinity?.nodeAffinity !== undefined, pinned, variant);
    const { strategy } = Object(recorded.one("Deployment registry").inputs.spec);
    assert.deepEqual(
      strategy,
      pinned
        ? { type: "Recreate" }
        : { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    );
    const { annotations } = Object(recorded.one("Namespace home").inputs.metadata);
    assert.equal(
      annotations["edge-registry/privileged-because"].includes("the gateway opens a host port"),
      pinned,
    );
  }
});

interface IngressInputs {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: { readonly tls: readonly unknown[]; readonly rules: readonly unknown[] };
}

const ingressOf = (recorded: Recorded) => recorded.one("Ingress entrance").inputs as unknown as IngressInputs;

test("ingress-nginx passes TLS through, or speaks it again to a gateway that it checks", async () => {
  const nginx = "nginx.ingress.kubernetes.io";
  const passing = ingressOf(await made("ingress passing TLS"));
  assert.deepEqual(passing.metadata.annotations, {
    [`${nginx}/ssl-passthrough`]: "true",
    "pulumi.com/skipAwait": "true",
  });
  assert.deepEqual(passing.spec.tls, [{ hosts: [named] }]);
  const recorded = await made("ingress ending TLS");
  const ending = ingressOf(recorded);
  assert.partialDeepStrictEqual(ending.metadata.annotations, {
    [`${nginx}/backend-protocol`]: "HTTPS",
    [`${nginx}/proxy-body-size`]: "0",
    [`${nginx}/proxy-request-buffering`]: "off",
    [`${nginx}/proxy-read-timeout`]: "900",
    [`${nginx}/proxy-ssl-verify`]: "on",
    [`${nginx}/proxy-ssl-secret`]: "edge-registry/registry-gateway-ca",
    [`${nginx}/proxy-ssl-name`]: "registry.edge-registry.svc",
    "example.com/own": "yes",
  });
  assert.deepEqual(ending.spec.tls, [{ hosts: [named], secretName: "registry-tls" }]);
  assert.ok(requested(recorded).dnsNames.includes("registry.edge-registry.svc"));
  const bundle: string = Object(recorded.one("ConfigMap node-trust-files").inputs.data)["ca.crt"];
  assert.ok(
    bundle.endsWith("-----END CERTIFICATE-----\nissuer\n"),
    "nodes trust who issued what they are shown",
  );
  const { stringData } = recorded.one("Secret entrance-authority").inputs;
  assert.ok(
    !Object(stringData)["ca.crt"].includes("issuer"),
    "the controller trusts who issued the gateway's",
  );
});

test("Traefik passes TLS through by a route of its own, or by a transport that checks the gateway", async () => {
  const route = (await made("Traefik passing TLS")).one("IngressRouteTCP entrance").inputs;
  assert.deepEqual(route.spec, {
    routes: [{ match: "HostSNI(`registry.example`)", services: [{ name: "registry", port: 443 }] }],
    tls: { passthrough: true },
  });
  const ending = await made("Traefik ending TLS");
  assert.partialDeepStrictEqual(serviceOf(ending).metadata.annotations, {
    "traefik.ingress.kubernetes.io/service.serversscheme": "https",
    "traefik.ingress.kubernetes.io/service.serverstransport": "edge-registry-registry@kubernetescrd",
  });
  assert.partialDeepStrictEqual(ending.one("ServersTransport entrance-transport").inputs, {
    metadata: { name: "registry", namespace: "edge-registry" },
    spec: {
      serverName: "registry.edge-registry.svc",
      rootCAsSecrets: ["registry-gateway-ca"],
      disableHTTP2: true,
    },
  });
});
