import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { identityOf } from "../support/recorded.ts";
import { found, retained, stackOf, variants } from "../support/stacks.ts";

const program = [
  "Accounts accounts",
  "CertificateAuthority authority",
  "CertificateAuthority store-authority",
  "ConfigMap kept",
  "ConfigMap node-trust-files",
  "DaemonSet node-trust",
  "DaemonSet proof",
  "Deployment registry",
  "Deployment store",
  "Exposure exposure",
  "Home home",
  "ImageBucket bucket",
  "KeptImages kept",
  "Namespace home",
  "Namespace home-nodes",
  "NetworkPolicies network",
  "NetworkPolicy network-object-store",
  "NetworkPolicy network-registry",
  "NodeTrust node-trust",
  "ObjectStore store",
  "PersistentVolumeClaim store-volume",
  "PullProof proof",
  "PullSecrets pull-secrets",
  "Registry registry",
  "Secret accounts",
  "Secret proof-pull",
  "Secret pull-secrets-default",
  "Secret registry-config",
  "Secret store-keys",
  "Secret store-tls",
  "ServerCertificate server-certificate",
  "ServerCertificate store-certificate",
  "Service exposure-service",
  "Service store-service",
  "ServiceAccountPatch pull-secrets-default-default",
  "cluster-binding home-cluster",
  "cluster-guard guard",
  "cluster-guard guard-registry",
  "cluster-guard guard-store",
  "dead-pods home-dead-pods",
  "dead-pods home-nodes-dead-pods",
  "departure node-trust-departure",
  "deployment-ready registry-ready",
  "deployment-ready store-ready",
  "gateway-serves registry-serves",
  "image-pushed proof-pushed",
  "minio:S3Bucket bucket",
  "pods-gone registry-gone",
  "pods-gone store-gone",
  "pulumi:kubernetes home-kubernetes",
  "pulumi:minio bucket-store",
  "random:RandomPassword accounts-regPuller",
  "random:RandomPassword accounts-regUser",
  "random:RandomPassword registry-http-secret",
  "random:RandomPassword store-password",
  "random:RandomString store-user",
  "renewal-clock server-certificate-clock",
  "renewal-clock store-certificate-clock",
  "rollout node-trust-rollout",
  "rollout proof-rollout",
  "store-route bucket-route",
  "tls:CertRequest server-certificate-request",
  "tls:CertRequest store-certificate-request",
  "tls:LocallySignedCert server-certificate",
  "tls:LocallySignedCert store-certificate",
  "tls:PrivateKey authority-key-1",
  "tls:PrivateKey server-certificate-key",
  "tls:PrivateKey store-authority-key-1",
  "tls:PrivateKey store-certificate-key",
  "tls:SelfSignedCert authority-1",
  "tls:SelfSignedCert store-authority-1",
];

/** What issues the registry's certificate, and is it. */
const issuedHere = program.filter((one) => /^[\w:-]+ (authority|server-certificate)(-|$)/.test(one));

/** What makes nodes trust. */
const onNodes = program.filter((one) => / (node-trust|home-nodes)/.test(one));

/** What there is instead of a store in the cluster. */
const outside = {
  more: ["ExternalBucket bucket", "bucket-origin bucket-origin", "bucket-owner bucket-owner"],
  fewer: program.filter((one) => /^[\w:-]+ (store|bucket|network-object-store)(-|$)/.test(one)),
};

/** What a variant registers beside what the defaults do, and what it does not. */
const differences: Readonly<Record<string, { readonly more?: string[]; readonly fewer?: string[] }>> = {
  defaults: {},
  host: {},
  minio: {
    more: [
      "minio:IamPolicy bucket-policy",
      "minio:IamUser bucket-user",
      "minio:IamUserPolicyAttachment bucket-user-policy",
      "random:RandomPassword bucket-secret",
    ],
  },
  "host path": {
    more: ["store-directory store-directory"],
    fewer: ["PersistentVolumeClaim store-volume"],
  },
  "images not kept": {},
  "no node trust, no proof": {
    fewer: [
      "ConfigMap node-trust-files",
      "DaemonSet node-trust",
      "DaemonSet proof",
      "Namespace home-nodes",
      "NodeTrust node-trust",
      "PullProof proof",
      "Secret proof-pull",
      "dead-pods home-nodes-dead-pods",
      "departure node-trust-departure",
      "image-pushed proof-pushed",
      "rollout node-trust-rollout",
      "rollout proof-rollout",
    ],
  },
  "an existing namespace": { fewer: ["Namespace home"] },
  "given passwords": {
    more: ["random:RandomBytes accounts-ci-salt", "random:RandomPassword accounts-site"],
    fewer: ["random:RandomPassword accounts-regPuller", "random:RandomPassword accounts-regUser"],
  },
  "two generations": {
    more: ["tls:PrivateKey authority-key-2", "tls:SelfSignedCert authority-2"],
  },
  "a brought authority": { fewer: ["tls:PrivateKey authority-key-1", "tls:SelfSignedCert authority-1"] },
  "node port": {},
  "load balancer": { more: ["load-balancer-address exposure-address"] },
  replicas: {
    more: ["PodDisruptionBudget registry", "load-balancer-address exposure-address"],
  },
  "an autoscaler": {
    more: [
      "HorizontalPodAutoscaler registry",
      "PodDisruptionBudget registry",
      "load-balancer-address exposure-address",
    ],
  },
  notifications: {},
  metrics: {
    more: ["ConfigMap monitoring-authority", "Monitoring monitoring", "Service monitoring-service"],
  },
  "metrics and an operator": {
    more: [
      "ConfigMap monitoring-authority",
      "Monitoring monitoring",
      "PrometheusRule monitoring-alerts",
      "Service monitoring-service",
      "ServiceMonitor monitoring-scrape",
    ],
  },
  "ingress passing TLS": { more: ["Entrance entrance", "Ingress entrance"] },
  "ingress ending TLS": { more: ["Entrance entrance", "Ingress entrance", "Secret entrance-authority"] },
  "Traefik passing TLS": { more: ["Entrance entrance", "IngressRouteTCP entrance"] },
  "Traefik ending TLS": {
    more: [
      "Entrance entrance",
      "Ingress entrance",
      "Secret entrance-authority",
      "ServersTransport entrance-transport",
    ],
  },
  "a brought certificate": { fewer: issuedHere },
  "a brought Secret": { fewer: [...issuedHere, "Namespace home"] },
  "a public certificate": { fewer: [...issuedHere, ...onNodes, "Namespace home"] },
  "an external store": outside,
  "an external store whose images go": outside,
  "several namespaces": {
    more: ["Secret pull-secrets-apps"],
    fewer: ["ServiceAccountPatch pull-secrets-default-default"],
  },
};

const defaults = await stackOf();

describe("a stack of a single node registers", () => {
  for (const [variant, made] of Object.entries(variants))
    test(variant, async () => {
      const { more = [], fewer = [] } = differences[variant] ?? {};
      const expected = [...program.filter((one) => !fewer.includes(one)), ...more].sort();
      assert.deepEqual((await made()).list, expected);
    });
});

describe("a destroy leaves", () => {
  test("namespace, claim, bucket and their mark where images are kept", async () => {
    const kept = [
      "ConfigMap kept",
      "Namespace home",
      "PersistentVolumeClaim store-volume",
      "S3Bucket bucket",
    ];
    const recorded = defaults;
    assert.deepEqual(retained(recorded), kept);
    assert.deepEqual(recorded.outputs.at(-1)?.kept, [
      "namespace edge-registry",
      "claim edge-registry/object-store",
      "bucket registry-edge",
      "configmap edge-registry/edge-registry-kept",
    ]);
  });

  test("nothing where they are not, as the bucket goes with its volume", async () => {
    const recorded = await stackOf({ keepImages: false });
    assert.deepEqual(retained(recorded), ["S3Bucket bucket"]);
    assert.deepEqual(recorded.outputs.at(-1)?.kept, []);
  });
});

test("the guard is made after all that a destroy deletes, and the binding before all that an up makes", async () => {
  const recorded = defaults;
  const guard = recorded.one("cluster-guard guard");
  const inCluster = recorded.all.filter(({ type }) =>
    /^(kubernetes|pulumi-nodejs|pulumi:providers):/.test(type),
  );
  const unguarded = inCluster.filter(
    ({ type, name }) => !guard.dependsOn.includes(name) && !type.endsWith(":cluster-guard"),
  );
  assert.deepEqual(unguarded, []);
  assert.deepEqual(recorded.one("pulumi:kubernetes home-kubernetes").dependsOn, ["home-cluster"]);
  assert.equal(recorded.one("cluster-binding home-cluster").inputs.uid, "uid-of-kube-system");
  assert.equal(guard.inputs.uid, "uid-of-kube-system");
});

test("all but the proof has a guard also where an up fails while it waits", () => {
  const early = ["guard-store", "guard-registry"].map((name) => defaults.one(`cluster-guard ${name}`));
  const guarded = new Set(early.flatMap(({ dependsOn }) => dependsOn));
  const left = defaults.all.filter(({ type, name }) => type.startsWith("kubernetes:") && !guarded.has(name));
  assert.deepEqual(left.map(identityOf).sort(), ["DaemonSet proof", "Secret proof-pull"]);
  const waits = ["store-ready", "registry-ready", "registry-serves", "node-trust-rollout", "proof-rollout"];
  assert.deepEqual(
    waits.filter((name) => guarded.has(name)),
    [],
  );
  for (const { inputs } of early) assert.equal(inputs.uid, "uid-of-kube-system");
});

test("a node that does not trust ends no up before images have a place", () => {
  const { dependsOn } = defaults.one("rollout node-trust-rollout");
  for (const name of ["node-trust", "bucket"]) assert.ok(dependsOn.includes(name), `${dependsOn}`);
});

test("a bucket that exists is taken over", async () => {
  assert.equal(defaults.one("minio:S3Bucket bucket").imports, "");
  const adopted = (await stackOf({}, { ...found, bucketExists: true })).one("minio:S3Bucket bucket");
  assert.equal(adopted.imports, "registry-edge");
});

test("the outputs tell where the registry is, by its name where it has one", async () => {
  const outputs = (await stackOf({ host: "registry.example" })).outputs.at(-1);
  assert.equal(outputs?.url, "https://registry.example:5045");
  assert.equal(outputs?.host, "registry.example:5045");
  assert.equal(outputs?.internalUrl, "https://registry.edge-registry.svc:5045");
  assert.deepEqual(outputs?.pullSecrets, ["default/ches-registry-secret"]);
  assert.equal(outputs?.accounts, "[secret]");
});

test("a preview that could ask nobody registers the same", async () => {
  const recorded = await stackOf(
    {},
    { server: "nobody", bucketExists: false, servedBy: [], hostFolders: ["/etc"] },
  );
  assert.deepEqual(recorded.list, program);
});
