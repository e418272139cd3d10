import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterClient } from "../../cluster/client.ts";
import { lackingKinds, monitoringKinds } from "../../stacks/preflight/monitoring.ts";
import { named } from "../support/cluster-objects.ts";
import { least, meant } from "../support/example-settings.ts";
import { sharedKubeApi } from "../support/kube-api.ts";
import { podsIn } from "../support/pods.ts";
import { identityOf } from "../support/recorded.ts";
import { broughtSecret, found, fromOwn, stackOf, variants } from "../support/stacks.ts";

const made = async (variant: string) => (await variants[variant]?.()) ?? assert.fail(variant);
const plain = await made("defaults");
const measured = await made("metrics");
const operated = await made("metrics and an operator");

const config = (recorded: typeof plain, key: string) =>
  JSON.parse(Object(recorded.one("Secret registry-config").inputs.stringData)[key]);

test("nothing is measured unless it is asked for", () => {
  assert.equal(config(plain, "caddy.json").apps.http.metrics, undefined);
  assert.deepEqual(Object.keys(config(plain, "caddy.json").apps.http.servers), ["gateway"]);
  assert.equal(config(plain, "config.yml").http.debug, undefined);
});

test("the gateway tells all on a port of its own with TLS, distribution to its pod alone", () => {
  const { servers, metrics } = config(measured, "caddy.json").apps.http;
  assert.deepEqual(metrics, {});
  assert.deepEqual(servers.metrics.listen, [":5050"]);
  assert.deepEqual(servers.metrics.tls_connection_policies, servers.gateway.tls_connection_policies);
  assert.deepEqual(config(measured, "config.yml").http.debug, {
    addr: "127.0.0.1:5001",
    prometheus: { enabled: true, path: "/metrics" },
  });
  const ports = podsIn(measured, "Deployment registry").containers.flatMap(({ ports }) => ports ?? []);
  assert.deepEqual(
    ports.find(({ name }) => name === "metrics"),
    { name: "metrics", containerPort: 5050 },
  );
});

test("only pods of the namespaces that are named may read it", () => {
  const from = (recorded: typeof plain) => {
    const { ingress } = Object(recorded.one("NetworkPolicy network-registry").inputs.spec);
    return ingress.find(({ ports }: { ports: { port: string }[] }) => ports[0]?.port === "metrics")?.from;
  };
  assert.equal(from(plain), undefined);
  assert.deepEqual(from(operated), [{ namespaceSelector: {} }]);
  assert.deepEqual(from(measured), [
    { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } },
  ]);
});

test("Prometheus' operator is told of each pod, by the certificate's name, and what is worth an alert", () => {
  const { metadata, spec } = Object(operated.one("Service monitoring-service").inputs);
  assert.equal(spec.clusterIP, "None");
  const monitor = Object(operated.one("ServiceMonitor monitoring-scrape").inputs.spec);
  assert.partialDeepStrictEqual(metadata.labels, monitor.selector.matchLabels);
  for (const endpoint of monitor.endpoints)
    assert.partialDeepStrictEqual(endpoint, {
      port: spec.ports[0].name,
      scheme: "https",
      relabelings: [{ sourceLabels: ["__metrics_path__"], targetLabel: "metrics_path" }],
      tlsConfig: {
        serverName: "registry.edge-registry.svc",
        ca: { configMap: { name: "registry-metrics", key: "ca.crt" } },
      },
    });
  const [{ rules }] = Object(operated.one("PrometheusRule monitoring-alerts").inputs.spec).groups;
  const alerts = rules.map(({ alert }: { alert: string }) => alert);
  for (const about of [
    "CertificateExpires",
    "NodeWithoutTrust",
    "Errors",
    "StoreSlow",
    "StoreDown",
    "StoreFills",
    "Down",
  ])
    assert.ok(alerts.includes(`EdgeRegistry${about}`), about);
  const named = (label: string) =>
    rules.flatMap(({ expr }: { expr: string }) => new RegExp(`[{,]${label}="([^"]+)"`).exec(expr)?.[1] ?? []);
  const called = (kind: string) => operated.of(kind).map(({ inputs }) => `${Object(inputs.metadata).name}`);
  for (const [label, kind] of [
    ["deployment", "Deployment"],
    ["daemonset", "DaemonSet"],
    ["persistentvolumeclaim", "PersistentVolumeClaim"],
    ["service", "Service"],
  ] as const) {
    assert.ok(named(label).length > 0, label);
    for (const name of named(label)) assert.ok(called(kind).includes(name), `${label} ${name}`);
  }
});

test("when the certificate ends is told; where it is in a Secret that others renew, by the gateway that serves it", async () => {
  const renewed = await stackOf({ ...broughtSecret, metrics: "on" }, fromOwn);
  const ends = (recorded: typeof plain) =>
    /gauge\\nedge_registry_certificate_expires_seconds ([^\\]+)\\n/.exec(
      JSON.stringify(config(recorded, "caddy.json")),
    )?.[1];
  assert.match(`${ends(measured)}`, /^\d{10,}$/);
  assert.equal(ends(renewed), "{file./tmp/ends}");
});

test("labels are what Prometheus' operator reads by, beside the stack's own, and nothing else's", async () => {
  const labels = { release: "kube-prometheus-stack", "example.com/team": "edge" };
  const monitoring = { serviceMonitor: true, prometheusRule: true };
  const labelled = await stackOf({ metrics: { labels } }, { ...found, monitoring });
  const of = (recorded: typeof plain, identity: string) =>
    Object(recorded.one(identity).inputs.metadata).labels;
  for (const { type, name } of operated.all.filter((one) => one.type.startsWith("kubernetes:"))) {
    const identity = identityOf({ type, name });
    const read = /^(ServiceMonitor|PrometheusRule) /.test(identity);
    const expected = read ? { ...of(operated, identity), ...labels } : of(operated, identity);
    assert.deepEqual(of(labelled, identity), expected, identity);
  }
  assert.equal(of(labelled, "ServiceMonitor monitoring-scrape").app, "registry-metrics");
});

const api = await sharedKubeApi();

test("the preflight asks which kinds there are, and says which are not", async () => {
  const client = new ClusterClient({ kubeconfig: api.kubeconfig });
  const on = meant({ ...least, metrics: "on" });
  assert.equal(await monitoringKinds(client, meant(least)), undefined);
  api.answers = {};
  const none = await monitoringKinds(client, on);
  assert.deepEqual(none, { serviceMonitor: false, prometheusRule: false });
  assert.match(
    lackingKinds(none ?? assert.fail()).join(),
    /no kind ServiceMonitor and no kind PrometheusRule/,
  );
  const crd = (kind: string) => `${kind}.monitoring.coreos.com`;
  api.answers = Object.fromEntries(
    ["servicemonitors", "prometheusrules"].map((kind) => [
      `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd(kind)}`,
      named(crd(kind)),
    ]),
  );
  const both = await monitoringKinds(client, on);
  assert.deepEqual(both, { serviceMonitor: true, prometheusRule: true });
  assert.deepEqual(lackingKinds(both ?? assert.fail()), []);
});
