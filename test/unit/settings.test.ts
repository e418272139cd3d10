/** What right settings mean, and that all that is wrong is told at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { external, least, meant, problems, storeIn } from "../support/example-settings.ts";
import { authority } from "../support/mocks.ts";

const context = { stack: "berlin" };

test("a site that sets three settings gets the defaults", () => {
  const site = { target: "single-node", cluster: { context: "berlin" }, nodeAddress: "192.0.2.10" };
  assert.deepEqual(meant(site, context), {
    target: "single-node",
    cluster: { context: "berlin" },
    namespace: { name: "edge-registry", create: true },
    nodeAddress: "192.0.2.10",
    port: 5045,
    expose: { kind: "hostPort", annotations: {}, sourceRanges: [] },
    replicas: { least: 1, processorPercent: 200 },
    storage: {
      kind: "in-cluster",
      server: "versitygw",
      volume: { kind: "storageClasses", classes: [] },
      size: "10Gi",
      reachAt: { host: "192.0.2.10", port: 5046 },
      reachFrom: ["0.0.0.0/0", "::/0"],
      adopt: false,
      durable: true,
    },
    bucket: "registry-edge",
    keepImages: true,
    accounts: [
      { name: "regUser", role: "push" },
      { name: "regPuller", role: "pull" },
    ],
    certificate: { validityDays: 825, renewAfterDays: 412, generation: 1, trusts: [1] },
    pullSecret: { name: "ches-registry-secret", namespaces: ["default"], serviceAccounts: ["default"] },
    nodeTrust: { enabled: true, hosts: false, adopt: false },
    proof: true,
    notifications: [],
    metrics: { enabled: false, namespaces: [], labels: {} },
    images: {
      registry: "docker.io/library/registry:3.1.1",
      gateway: "docker.io/library/caddy:2.11.9",
      store: "docker.io/versity/versitygw:v1.8.0",
      agent: "docker.io/library/busybox:1.35.0",
    },
    resources: {
      registry: { memory: "256Mi" },
      gateway: { memory: "192Mi" },
      store: { memory: "256Mi" },
    },
  });
});

test("every setting that is given is what counts", () => {
  const accounts = [
    { name: "ci", role: "push", password: "correct horse {battery}" },
    { name: "node.1_a-b", role: "pull" },
  ];
  const images = {
    registry: "registry.example.com:5000/mirror/registry:3.1.1",
    gateway: `caddy@sha256:${"a".repeat(64)}`,
    store: `quay.io/minio/minio:latest@sha256:${"b".repeat(64)}`,
    agent: "[2001:db8::5]:5000/busybox:1.36",
  };
  const resources = {
    registry: { memory: "1Gi", cpu: "1.5" },
    gateway: { memory: "64Mi", cpu: "10m" },
    store: { memory: "512M", cpu: "2" },
  };
  const storage = { kind: "in-cluster", server: "minio", size: "1.5Ti", adopt: true, durable: false };
  const certificate = { validityDays: 90, renewAfterDays: 60, generation: 3, trusts: [2, 3] };
  const pullSecret = { name: "pull.me", namespaces: ["kube-system", "apps"], serviceAccounts: [] };
  const pulls = { pullSecret, accounts, proof: "off", images };
  const reach = { reachAt: "store.example.com:9000", reachFrom: ["10.0.0.0/8", "fd00::/8", "192.0.2.7/32"] };
  const notified = {
    name: "ci",
    url: "https://ci.example.com/pushed",
    headers: { Authorization: "Bearer t" },
    events: ["push"],
    timeoutSeconds: 1,
    threshold: 2,
    backoffSeconds: 3,
  };
  const labels = {
    release: "monitoring",
    "example.com/Read.by_it": "",
    [`${"a".repeat(63)}.b/c`]: "x".repeat(63),
  };
  const expose = {
    kind: "loadBalancer",
    annotations: { "example.com/internal": "true" },
    loadBalancerClass: "example.com/internal",
  };
  const settings = meant(
    {
      ...pulls,
      target: "single-node",
      cluster: { context: "a context", kubeconfig: "../kube/config" },
      namespace: { existing: "default" },
      host: "registry.example.com",
      nodeAddress: "2001:DB8:0::0001",
      port: "443",
      expose: { ...expose, sourceRanges: ["10.0.0.0/8"] },
      replicas: { least: 3, most: 9, processorPercent: 80 },
      priorityClass: "important",
      storage: { ...storage, ...reach, hostPath: "/var/lib/edge-registry" },
      bucket: "images.edge-1",
      keepImages: "false",
      certificate,
      nodeTrust: { hosts: false, adopt: true },
      metrics: { namespaces: ["monitoring"], labels },
      notifications: [notified, { ...notified, name: "audit", plain: true, url: "http://audit.example" }],
      resources: { ...resources, store: { memory: "512M", cpu: 2 } },
    },
    context,
  );
  assert.deepEqual(settings, {
    target: "single-node",
    cluster: { context: "a context", kubeconfig: "../kube/config" },
    namespace: { name: "default", create: false },
    host: "registry.example.com",
    nodeAddress: "2001:db8::1",
    port: 443,
    expose: { ...expose, sourceRanges: ["10.0.0.0/8"] },
    replicas: { least: 3, most: 9, processorPercent: 80 },
    priorityClass: "important",
    storage: {
      ...storage,
      volume: { kind: "hostPath", path: "/var/lib/edge-registry" },
      reachAt: { host: "store.example.com", port: 9000 },
      reachFrom: reach.reachFrom,
    },
    bucket: "images.edge-1",
    keepImages: false,
    accounts,
    certificate,
    pullSecret,
    nodeTrust: { enabled: true, hosts: false, adopt: true },
    proof: false,
    metrics: { enabled: true, namespaces: ["monitoring"], labels },
    notifications: [notified, { ...notified, name: "audit", url: "http://audit.example" }],
    images,
    resources,
  });
});

test("a target sets defaults, and nothing that was given", () => {
  const named = { ...least, host: "registry.example.com", storage: external };
  const trust = (settings: object) => meant({ ...named, target: "cloud", ...settings }).nodeTrust;
  assert.deepEqual(trust({}), { enabled: true, hosts: false, adopt: false });
  assert.deepEqual(trust({ nodeTrust: { hosts: true } }), { enabled: true, hosts: true, adopt: false });
  assert.deepEqual(meant({ ...named, target: "cloud" }), {
    ...meant({ ...named, nodeTrust: { hosts: false }, expose: "loadBalancer", replicas: 2 }),
    target: "cloud",
  });
  const { kind, ...keys } = external;
  assert.deepEqual(meant({ ...named, target: "cloud", storage: keys }), meant({ ...named, target: "cloud" }));
  assert.deepEqual(meant({ ...named, target: "cloud", storage: { kind: "in-cluster" } }), {
    ...meant({ ...named, storage: {}, nodeTrust: { hosts: false }, expose: "loadBalancer", replicas: 2 }),
    target: "cloud",
  });
});

test("an S3 service outside has its own defaults", () => {
  const { storage } = meant({ ...least, storage: external });
  assert.deepEqual(storage, {
    ...external,
    region: "us-east-1",
    pathStyle: true,
    create: true,
    adopt: false,
  });
  const all = {
    ...external,
    endpoint: "https://[2001:db8::9]:9000",
    region: "eu-central-1",
    caCertificate: authority.certificate,
    create: false,
    adopt: true,
  };
  assert.deepEqual(meant({ ...least, storage: all }, { now: new Date() }).storage, {
    ...all,
    pathStyle: true,
  });
  assert.equal(
    Object(meant({ ...least, storage: { ...external, pathStyle: false } }).storage).pathStyle,
    false,
  );
});

test("defaults follow the settings they come from", () => {
  const named = meant({ ...least, host: "registry.example.com" });
  assert.deepEqual(named.nodeTrust, { enabled: true, hosts: true, adopt: false });
  const alone = meant({ ...least, host: "registry.example.com", nodeTrust: "off", proof: "off" });
  assert.deepEqual(alone.nodeTrust, { enabled: false, hosts: false, adopt: false });
  const six = meant({ nodeAddress: "2001:db8::1" });
  assert.deepEqual(storeIn(six).reachAt, { host: "2001:db8::1", port: 5046 });
  const bracketed = meant({ ...least, storage: { reachAt: "[2001:db8::2]:9000" } });
  assert.deepEqual(storeIn(bracketed).reachAt, { host: "2001:db8::2", port: 9000 });
  const { images } = meant({ ...least, storage: { server: "minio" } });
  assert.equal(images.store, "docker.io/minio/minio:RELEASE.2025-04-22T22-12-26Z");
  const { certificate } = meant({ ...least, certificate: { validityDays: 91, generation: 2 } });
  assert.deepEqual(certificate, { validityDays: 91, renewAfterDays: 45, generation: 2, trusts: [2] });
  const classes = meant({ ...least, storage: { storageClasses: ["fast", "slow"] } });
  assert.deepEqual(storeIn(classes).volume, { kind: "storageClasses", classes: ["fast", "slow"] });
});

test("each way in has its usual port, and hosts lines where there is an address for them", () => {
  const named = { ...least, host: "registry.example.com" };
  const met = (expose: string) => {
    const { port, nodeTrust } = meant({ ...named, expose });
    return `${port} ${nodeTrust.hosts}`;
  };
  assert.deepEqual(["hostPort", "nodePort", "loadBalancer", "ingress"].map(met), [
    "5045 true",
    "30045 true",
    "443 true",
    "443 true",
  ]);
  assert.equal(meant({ ...named, expose: "nodePort", port: "31000" }).port, 31000);
  const elsewhere = { storage: { reachAt: "store.example.com:5046" }, host: "registry.example.com" };
  assert.equal(meant({ ...elsewhere, expose: "loadBalancer" }).nodeTrust.hosts, true);
  assert.equal(meant({ ...elsewhere, expose: "ingress" }).nodeTrust.hosts, false);
  assert.equal(meant({ ...elsewhere, expose: "ingress" }).nodeAddress, undefined);
});

test("a host port has one registry behind it, a cloud's load balancer two", () => {
  const count = (settings: object) => meant({ ...least, storage: external, ...settings }).replicas.least;
  assert.equal(count({ target: "cloud", expose: "hostPort" }), 1);
  assert.equal(count({ expose: "loadBalancer" }), 1);
  assert.equal(count({ target: "cloud" }), 2);
  assert.equal(count({ target: "cloud", replicas: "3" }), 3);
});

test("other namespaces of the configuration are no business of ours", () => {
  const others = { "aws:region": "eu-1", "pulumi:tags": "{}", "kubernetes:namespace": "x" };
  assert.deepEqual(meant({ ...least, ...others }), meant(least));
});

test("all that is wrong is told at once, a line each, in the order of the settings", () => {
  const found = problems(
    {
      "kubernetes:kubeconfig": "users: [{token: hunter2}]",
      nodAddress: "192.0.2.10",
      proof: "yes",
      port: "0",
      storage: { size: "1", sizes: "2", reachFrom: ["10.0.0.1/8", 5] },
      accounts: [{ name: "a", role: "push", password: "hunter2" }, { name: "a" }],
    },
    context,
  );
  assert.deepEqual(
    found.map((line) => line.slice(0, line.indexOf(":", 11)).replace(/: .*/, "")),
    [
      "kubernetes:kubeconfig",
      "nodAddress",
      "port",
      "storage.sizes",
      "storage.size",
      "storage.reachFrom[0]",
      "storage.reachFrom[1]",
      "accounts[0].password",
      "accounts[1].role",
      "proof",
      "cluster",
      "nodeAddress",
    ],
  );
  for (const line of found) assert.match(line, /^[^\n]+: expected [^\n]+, got [^\n]+$/);
  assert.doesNotMatch(found.join("\n"), /hunter2/);
});
