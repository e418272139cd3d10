import { ingressNginx, traefik } from "../../render/ingress.ts";
import { build } from "../../stacks/build.ts";
import type { Found } from "../../stacks/preflight.ts";
import { external, least, meant } from "./example-settings.ts";
import { authority, registered } from "./mocks.ts";
import type { Recorded } from "./recorded.ts";

/** What a cluster with one node and a default class says. */
export const found: Found = {
  clusterId: "uid-of-kube-system",
  server: "https://192.0.2.10:6443",
  node: "node-1",
  storageClass: "local-path",
  bucketExists: false,
  servedBy: [],
  hostFolders: ["/etc"],
};

/** What a stack of these settings registers. */
export function stackOf(
  settings: Readonly<Record<string, unknown>> = {},
  said: Found = found,
): Promise<Recorded> {
  const now = new Date();
  const meaning = meant({ ...least, ...settings }, { now });
  return registered(() => build(meaning, { found: said, stack: "edge-registry.dev", now }));
}

/** What stays in the cluster after a destroy. */
export const retained = ({ all }: Recorded) =>
  all
    .filter(({ retainOnDelete }) => retainOnDelete)
    .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
    .sort();

/** The stack's own outputs. */
export const told = ({ outputs }: Recorded) => outputs.find((one) => "clientSetup" in one);

/** What the registry's Deployment runs, as it was registered. */
export const podOf = (recorded: Recorded) =>
  Object(recorded.one("Deployment registry").inputs.spec).template.spec;

/** A header that signs in. */
export const givenHeader = "Bearer of-a-header";

/** A password that somebody chose. */
export const givenPassword = "correct horse battery staple";

const named = { host: "registry.example", expose: "ingress" };
const ending = { kind: "ingress", tlsSecret: "registry-tls", annotations: { "example.com/own": "yes" } };

/** A store in the cluster, on a target that has it outside. */
const inside = { kind: "in-cluster" };

/** What is served in place of what the stack would issue: judging it is no matter of what is registered. */
export const broughtPair = { certificate: authority.certificate, privateKey: authority.privateKey };
export const broughtSecret = {
  host: "registry.example",
  namespace: { existing: "edge" },
  certificate: { secretName: "registry-tls" },
};

/** What was found out about one from an authority of one's own, and about one from an authority that all know. */
export const chain = {
  authority: authority.certificate,
  isPublic: false,
  expires: "2027-01-02T03:04:05.000Z",
};
export const fromOwn: Found = { ...found, brought: chain };
export const fromPublic: Found = { ...found, brought: { ...chain, isPublic: true } };

/** Stacks that differ in which resources there are, or what pods run. */
export const variants: Readonly<Record<string, () => Promise<Recorded>>> = {
  defaults: () => stackOf(),
  host: () => stackOf({ host: "registry.example" }),
  minio: () => stackOf({ storage: { server: "minio" } }),
  "host path": () => stackOf({ storage: { hostPath: "/var/lib/edge-registry" } }),
  "images not kept": () => stackOf({ keepImages: false }),
  "no node trust, no proof": () => stackOf({ nodeTrust: "off", proof: "off" }),
  "an existing namespace": () => stackOf({ namespace: { existing: "edge" } }),
  "given passwords": () =>
    stackOf({
      accounts: [
        { name: "ci", role: "push", password: givenPassword },
        { name: "site", role: "pull" },
      ],
    }),
  "two generations": () => stackOf({ certificate: { generation: 2, trusts: [1, 2] } }),
  "a brought authority": () => stackOf({ certificate: { authority } }),
  "node port": () => stackOf({ expose: "nodePort" }),
  "load balancer": () => stackOf({ expose: "loadBalancer" }),
  replicas: () => stackOf({ target: "cloud", storage: inside, priorityClass: "important" }),
  "an autoscaler": () => stackOf({ target: "cloud", storage: inside, replicas: { least: 2, most: 5 } }),
  notifications: () =>
    stackOf({
      notifications: [{ name: "ci", url: "https://ci.example/", headers: { Authorization: givenHeader } }],
    }),
  metrics: () => stackOf({ metrics: { namespaces: ["monitoring"] } }),
  "metrics and an operator": () =>
    stackOf({ metrics: "on" }, { ...found, monitoring: { serviceMonitor: true, prometheusRule: true } }),
  "ingress passing TLS": () => stackOf(named, { ...found, ingress: { controller: ingressNginx } }),
  "ingress ending TLS": () =>
    stackOf(
      { ...named, expose: ending },
      { ...found, ingress: { controller: ingressNginx, chain: { ...chain, authority: "issuer\n" } } },
    ),
  "Traefik passing TLS": () => stackOf(named, { ...found, ingress: { controller: traefik } }),
  "Traefik ending TLS": () =>
    stackOf({ ...named, expose: ending }, { ...found, ingress: { controller: traefik } }),
  "a brought certificate": () => stackOf({ host: "registry.example", certificate: broughtPair }, fromOwn),
  "a brought Secret": () => stackOf(broughtSecret, fromOwn),
  "a public certificate": () => stackOf(broughtSecret, fromPublic),
  "an external store": () => stackOf({ storage: external }),
  "an external store whose images go": () => stackOf({ storage: external, keepImages: false }),
  "several namespaces": () =>
    stackOf({ pullSecret: { namespaces: ["default", "apps"], serviceAccounts: [] } }),
};
