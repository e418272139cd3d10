/** Both targets with all optional parts, each value of one with each of every other: what is registered fits together. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rules } from "../../policy/rules.ts";
import { ingressNginx, traefik } from "../../render/ingress.ts";
import { external, least, problems } from "../support/example-settings.ts";
import { pairwise } from "../support/pairwise.ts";
import { podsOf } from "../support/pods.ts";
import { identityOf, type Recorded } from "../support/recorded.ts";
import { found, stackOf } from "../support/stacks.ts";

type Settings = Readonly<Record<string, unknown>>;

const parts = {
  target: { edge: { target: "single-node" }, cloud: { target: "cloud" } },
  host: { named: { host: "registry.example" }, unnamed: {} },
  expose: {
    hostPort: { expose: "hostPort" },
    nodePort: { expose: "nodePort" },
    balancer: { expose: { kind: "loadBalancer", loadBalancerClass: "a.b/c", sourceRanges: ["10.0.0.0/8"] } },
    passing: { expose: "ingress" },
    ending: { expose: { kind: "ingress", tlsSecret: "tls" } },
  },
  controller: { nginx: ingressNginx, traefik },
  replicas: { one: { replicas: "1" }, three: { replicas: "3" }, scaled: { replicas: { least: 2, most: 4 } } },
  storage: {
    claim: { storage: { kind: "in-cluster" } },
    folder: { storage: { kind: "in-cluster", hostPath: "/var/lib/edge-registry" } },
    minio: { storage: { kind: "in-cluster", server: "minio" } },
    outside: { storage: external },
  },
  metrics: { off: {}, on: { metrics: { namespaces: ["monitoring"] } } },
  told: { nobody: {}, ci: { notifications: [{ name: "ci", url: "https://ci.example/" }] } },
  trust: { on: {}, hosts: { nodeTrust: { hosts: true } }, off: { nodeTrust: "off", proof: "off" } },
  home: { own: {}, existing: { namespace: { existing: "edge" } } },
  kept: { kept: {}, gone: { keepImages: "false" } },
  pulls: {
    none: { pullSecret: { namespaces: [] } },
    two: { pullSecret: { namespaces: ["default", "apps"] } },
  },
} as const;

type Chosen = { readonly [name in keyof typeof parts]: string };

function settingsOf({ controller: _, ...choice }: Chosen): Settings {
  const chosen = Object.entries(choice).map(
    ([part, value]) => (parts[part as keyof typeof parts] as Readonly<Record<string, Settings>>)[value],
  );
  return Object.assign({}, ...chosen);
}

const choices = pairwise(parts, (choice) => problems({ ...least, ...settingsOf(choice) }).length === 0);

test("there is something to look at, of every value", () => {
  assert.ok(choices.length >= 20, `${choices.length}`);
  for (const [part, values] of Object.entries(parts))
    for (const value of Object.keys(values))
      assert.ok(
        choices.some((choice) => choice[part as keyof Chosen] === value),
        `${part} ${value}`,
      );
});

interface Named {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** What objects are called, as "Kind name"; the kinds of Kubernetes alone. */
const namesIn = ({ all }: Recorded) =>
  new Set(
    all
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ type, inputs }) => `${type.split(":").at(-1)} ${(inputs as Named).metadata?.name}`),
  );

/** Each reference of an object to another by name, as "Kind name". */
function references(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Object.entries(value).flatMap(([key, one]) => {
    if (key === "secretName") return [`Secret ${one}`];
    if (key === "claimName") return [`PersistentVolumeClaim ${one}`];
    if (key === "imagePullSecrets") return one.map(({ name }: { name: string }) => `Secret ${name}`);
    if (key === "rootCAsSecrets") return one.map((name: string) => `Secret ${name}`);
    if (key === "configMap") return [`ConfigMap ${one.name}`];
    if (key === "service" || (key === "scaleTargetRef" && one.kind))
      return [`${one.kind ?? "Service"} ${one.name}`];
    return [];
  });
  return [...own, ...Object.values(value).flatMap(references)];
}

/** What is brought, and not made. */
const brought = ["Secret tls"];

/** Whether labels have all that a selector asks for. */
const selects = (selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>) =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

function misfits(recorded: Recorded): readonly string[] {
  const pods = podsOf(recorded);
  const ports = pods.flatMap(({ containers }) =>
    containers.flatMap((one) => (one.ports ?? []).map(({ name }) => name)),
  );
  const names = namesIn(recorded);
  return recorded.all.flatMap(({ type, name, inputs }) => {
    const who = identityOf({ type, name });
    const broken = rules.flatMap(({ name: rule, check }) =>
      check(type, inputs).map((fault) => `${rule}: ${fault}`),
    );
    const missing = type.startsWith("kubernetes:")
      ? references(inputs).filter((one) => !names.has(one) && !brought.includes(one))
      : [];
    const { selector, ports: served = [] } = Object(inputs.spec);
    const lost =
      who.startsWith("Service ") && !pods.some(({ labels }) => selects(selector, labels))
        ? ["no pod is behind it"]
        : [];
    const closed = (who.startsWith("Service ") ? served : [])
      .map(({ targetPort }: { targetPort: string }) => targetPort)
      .filter((port: string) => !ports.includes(port))
      .map((port: string) => `no pod opens ${port}`);
    return [...broken, ...missing.map((one) => `there is no ${one}`), ...lost, ...closed].map(
      (fault) => `${who}: ${fault}`,
    );
  });
}

for (const choice of choices)
  test(
    Object.entries(choice)
      .map(([part, value]) => `${part} ${value}`)
      .join(", "),
    async () => {
      const ingress = { controller: parts.controller[choice.controller], authority: "issuer\n" };
      const monitoring = { serviceMonitor: true, prometheusRule: true };
      const recorded = await stackOf(settingsOf(choice), { ...found, ingress, monitoring });
      assert.deepEqual(misfits(recorded), []);
      for (const { selector, labels } of podsOf(recorded)) assert.ok(selects(selector, labels));
      const told = recorded.outputs.find((one) => "url" in one) ?? {};
      assert.match(`${told.url}`, /^https:\/\/[\w.:-]+$/);
    },
  );
