/** Both targets with all optional parts, each value of one with each of every other: what is registered fits together. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ingressNginx, traefik } from "../../render/ingress.ts";
import type { Found } from "../../stacks/preflight.ts";
import { external, least, problems } from "../support/example-settings.ts";
import { misfits, selects } from "../support/fitting.ts";
import { authority } from "../support/mocks.ts";
import { type Choice, pairwise, unmet } from "../support/pairwise.ts";
import { podsOf } from "../support/pods.ts";
import { broughtPair, broughtSecret, chain, found, fromOwn, fromPublic, stackOf } from "../support/stacks.ts";

/** Settings, and what a preflight says of them. */
interface Value {
  readonly found?: Partial<Found>;
  readonly [setting: string]: unknown;
}

type Table = Readonly<Record<string, Readonly<Record<string, Value>>>>;

const controlled = (controller: string) => ({
  found: { ingress: { controller, chain: { ...chain, authority: "issuer\n" } } },
});

const parts: Table = {
  target: { edge: { target: "single-node" }, cloud: { target: "cloud" } },
  host: { named: { host: "registry.example" }, unnamed: {} },
  expose: {
    usual: {},
    hostPort: { expose: "hostPort" },
    nodePort: { expose: "nodePort" },
    balancer: { expose: { kind: "loadBalancer", loadBalancerClass: "a.b/c", sourceRanges: ["10.0.0.0/8"] } },
    passing: { expose: "ingress" },
    ending: { expose: { kind: "ingress", tlsSecret: "tls" } },
  },
  controller: { nginx: controlled(ingressNginx), traefik: controlled(traefik) },
  replicas: {
    usual: {},
    one: { replicas: "1" },
    three: { replicas: "3" },
    scaled: { replicas: { least: 2, most: 4 } },
  },
  storage: {
    claim: { storage: { kind: "in-cluster" } },
    folder: { storage: { kind: "in-cluster", hostPath: "/var/lib/edge-registry" } },
    minio: { storage: { kind: "in-cluster", server: "minio" } },
    outside: { storage: external },
    virtual: { storage: { ...external, pathStyle: false } },
    classes: { storage: { kind: "in-cluster", storageClasses: ["fast", "slow"], size: "20Gi" } },
    existing: { storage: { ...external, create: false, caCertificate: authority.certificate } },
  },
  certificate: {
    issued: {},
    generations: { certificate: { generation: 2, trusts: [1, 2] } },
    authority: { certificate: { authority } },
    pair: { certificate: broughtPair, found: fromOwn },
    secret: { ...broughtSecret, found: fromOwn },
    public: { ...broughtSecret, found: fromPublic },
  },
  metrics: { off: {}, on: { metrics: { namespaces: ["monitoring"] } } },
  operator: { there: {}, away: { found: { monitoring: { serviceMonitor: false, prometheusRule: false } } } },
  told: { nobody: {}, ci: { notifications: [{ name: "ci", url: "https://ci.example/" }] } },
  trust: {
    on: {},
    hosts: { nodeTrust: { hosts: true } },
    adopting: { nodeTrust: { adopt: true } },
    off: { nodeTrust: "off", proof: "off" },
  },
  proof: { on: {}, off: { proof: "off" } },
  accounts: {
    usual: {},
    three: {
      accounts: [
        { name: "ci", role: "push" },
        { name: "site", role: "pull" },
        { name: "guest", role: "pull" },
      ],
    },
  },
  memory: { usual: {}, more: { resources: { registry: { memory: "512Mi" }, gateway: { cpu: "1" } } } },
  home: { own: {}, existing: { namespace: { existing: "edge" } } },
  kept: { kept: {}, gone: { keepImages: "false" } },
  pulls: {
    none: { pullSecret: { namespaces: [] } },
    two: { pullSecret: { namespaces: ["default", "apps"] } },
  },
  priority: { usual: {}, high: { priorityClass: "important" } },
};

const now = new Date();
const monitoring = { serviceMonitor: true, prometheusRule: true };

/** What a choice means, and what is found out about it. */
function meaningOf(choice: Choice<Table>) {
  const values = Object.entries(choice).map(([part, value]) => parts[part]?.[value] ?? {});
  const { found: _, ...settings }: Value = Object.assign({}, ...values);
  const said: Found = Object.assign({ monitoring }, found, ...values.map((value) => value.found));
  return { settings, said };
}

/** Secrets that are brought, in whatever namespace the stack has. */
const brought = ["edge-registry", "edge"].flatMap((namespace) =>
  ["tls", "registry-tls"].map((name) => `Secret ${namespace}/${name}`),
);

const choices = pairwise(
  parts,
  (choice) => problems({ ...least, ...meaningOf(choice).settings }, { now }).length === 0,
);

test("each two values meet, but for those that are refused together", () => {
  assert.deepEqual(unmet(parts, choices), [
    "host=unnamed expose=ending",
    "expose=hostPort replicas=three",
    "expose=hostPort replicas=scaled",
    "expose=ending certificate=pair",
    "expose=ending certificate=secret",
    "expose=ending certificate=public",
  ]);
});

for (const choice of choices)
  test(
    Object.entries(choice)
      .map(([part, value]) => `${part} ${value}`)
      .join(", "),
    async () => {
      const { settings, said } = meaningOf(choice);
      const recorded = await stackOf(settings, said);
      assert.deepEqual(misfits(recorded, brought), []);
      for (const { selector, labels } of podsOf(recorded)) assert.ok(selects(selector, labels));
      const told = recorded.outputs.find((one) => "url" in one) ?? {};
      assert.match(`${told.url}`, /^https:\/\/[\w.:-]+$/);
    },
  );
