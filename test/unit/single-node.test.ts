import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Chains } from "../support/chains.ts";
import { external } from "../support/example-settings.ts";
import { authority, bucketOutside } from "../support/mocks.ts";
import type { Recorded } from "../support/recorded.ts";
import {
  broughtPair,
  broughtSecret,
  found,
  fromOwn,
  fromPublic,
  stackOf,
  variants,
} from "../support/stacks.ts";

const program = [
  "Accounts accounts",
  "CertificateAuthority authority",
  "CertificateAuthority store-authority",
  "ConfigMap kept",
  "ConfigMap node-trust-files",
  "ConfigMap proof-image",
  "DaemonSet node-trust",
  "DaemonSet proof",
  "Deployment registry",
  "Deployment store",
  "Exposure exposure",
  "Home home",
  "ImageBucket bucket",
  "Job proof-push",
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
  "Secret proof-access",
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
  "dead-pods home-dead-pods",
  "dead-pods home-nodes-dead-pods",
  "departure node-trust-departure",
  "deployment-ready registry-ready",
  "deployment-ready store-ready",
  "gateway-serves registry-serves",
  "job-done proof-pushed",
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
      "ConfigMap proof-image",
      "DaemonSet node-trust",
      "DaemonSet proof",
      "Job proof-push",
      "Namespace home-nodes",
      "NodeTrust node-trust",
      "PullProof proof",
      "Secret proof-access",
      "Secret proof-pull",
      "dead-pods home-nodes-dead-pods",
      "departure node-trust-departure",
      "job-done proof-pushed",
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

/** What stays in the cluster after a destroy. */
const retained = ({ all }: Recorded) =>
  all
    .filter(({ retainOnDelete }) => retainOnDelete)
    .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
    .sort();

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
  const unguarded = inCluster.filter(({ name }) => !guard.dependsOn.includes(name) && name !== guard.name);
  assert.deepEqual(unguarded, []);
  assert.deepEqual(recorded.one("pulumi:kubernetes home-kubernetes").dependsOn, ["home-cluster"]);
  assert.equal(recorded.one("cluster-binding home-cluster").inputs.uid, "uid-of-kube-system");
  assert.equal(guard.inputs.uid, "uid-of-kube-system");
});

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

  test("its image is pushed by the name that it is for, at the Service", async () => {
    const { hostAliases, containers } = Object(
      (await stackOf(broughtSecret, fromOwn)).one("Job proof-push").inputs.spec,
    ).template.spec;
    assert.deepEqual(hostAliases?.[0].hostnames, ["registry.example"]);
    assert.match(containers[0].args[2], /^registry\.example:5045\/edge-registry\/proof:/);
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

describe("of an external store", () => {
  const line = ["bucket registry-edge at https://s3.example.com"];

  test("a destroy leaves the bucket alone, where its images are kept", async () => {
    const recorded = await stackOf({ storage: external });
    assert.deepEqual(told(recorded)?.kept, line);
    assert.equal(recorded.one("bucket-owner bucket-owner").inputs.keep, true);
  });

  test("a claim of a store that was in the cluster before stays with its namespace, and is named", async () => {
    const moved = { ...found, claimLeft: true };
    const recorded = await stackOf({ storage: external }, moved);
    assert.ok(retained(recorded).includes("Namespace home"), "else the claim goes with it");
    const claim = "claim edge-registry/object-store";
    assert.deepEqual(told(recorded)?.kept, [...line, "namespace edge-registry", claim]);
    const gone = await stackOf({ storage: external, keepImages: false }, moved);
    assert.deepEqual([retained(gone), told(gone)?.kept], [[], []]);
    const inFolder = await stackOf({ storage: { hostPath: "/var/lib/images" } }, moved);
    assert.equal(Object(told(inFolder)?.kept).filter((one: string) => one === claim).length, 1);
  });

  test("it takes the images and the bucket where they are not, after the registry", async () => {
    const recorded = await stackOf({ storage: external, keepImages: false });
    assert.deepEqual(retained(recorded), []);
    assert.deepEqual(told(recorded)?.kept, []);
    const owner = recorded.one("bucket-owner bucket-owner");
    assert.deepEqual([owner.inputs.keep, owner.inputs.existed], [false, false]);
    assert.ok(recorded.one("Secret registry-config").dependsOn.includes("bucket-owner"));
  });

  test("a bucket that was there before stays in any case", async (t) => {
    bucketOutside.created = false;
    t.after(() => {
      bucketOutside.created = true;
    });
    const recorded = await stackOf({ storage: external, keepImages: false });
    assert.deepEqual(told(recorded)?.kept, line);
    assert.equal(recorded.one("bucket-owner bucket-owner").inputs.existed, true);
  });

  test("its owner is told whether it may be created, and taken from another stack", async () => {
    const given = async (more: object) => {
      const { inputs } = (await stackOf({ storage: { ...external, ...more } })).one(
        "bucket-owner bucket-owner",
      );
      return [inputs.create, inputs.adopt];
    };
    assert.deepEqual(await given({}), [true, false]);
    assert.deepEqual(await given({ create: false, adopt: true }), [false, true]);
  });

  test("the registry reaches it by its settings, and trusts the authorities of its image", async () => {
    const recorded = await stackOf({ storage: { ...external, region: "eu-1", pathStyle: false } });
    const config = Object(recorded.one("Secret registry-config").inputs.stringData);
    assert.deepEqual(Object.keys(config), ["caddy.json", "config.yml"]);
    const { s3 } = JSON.parse(config["config.yml"]).storage;
    assert.deepEqual(
      [s3.regionendpoint, s3.region, s3.forcepathstyle, s3.bucket, s3.accesskey, s3.secretkey],
      ["https://s3.example.com", "eu-1", false, "registry-edge", external.accessKey, external.secretKey],
    );
    const [sidecar] = podOf(recorded).initContainers;
    assert.ok(!JSON.stringify(sidecar).includes("SSL_CERT_FILE"));
    const { inputs } = recorded.one("bucket-owner bucket-owner");
    assert.deepEqual(
      [inputs.endpoint, inputs.region, inputs.pathStyle, inputs.caCertificate],
      ["https://s3.example.com", "eu-1", false, ""],
    );
  });

  test("an authority of its own is the only one that the registry needs", async () => {
    const storage = { ...external, caCertificate: authority.certificate };
    const recorded = await stackOf({ storage });
    const config = Object(recorded.one("Secret registry-config").inputs.stringData);
    assert.equal(config["ca.crt"], authority.certificate);
    const [sidecar] = podOf(recorded).initContainers;
    assert.deepEqual(
      sidecar.env.find(({ name }: { name: string }) => name === "SSL_CERT_FILE"),
      { name: "SSL_CERT_FILE", value: "/etc/edge-registry/store-ca.crt" },
    );
    assert.equal(recorded.one("bucket-owner bucket-owner").inputs.caCertificate, authority.certificate);
  });

  test("the target cloud has it by default, and a store in the cluster where that is wanted", async () => {
    const { kind: _, ...keys } = external;
    const like = { expose: "loadBalancer", replicas: 2 };
    const recorded = await stackOf({ target: "cloud", storage: keys });
    assert.deepEqual(recorded.list, (await stackOf({ storage: external, ...like })).list);
    const inside = await stackOf({ target: "cloud", storage: { kind: "in-cluster" } });
    assert.deepEqual(inside.list, (await stackOf(like)).list);
  });
});

/** The stack's own outputs. */
const told = ({ outputs }: Recorded) => outputs.find((one) => "clientSetup" in one);

const podOf = (recorded: Recorded) => Object(recorded.one("Deployment registry").inputs.spec).template.spec;

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
