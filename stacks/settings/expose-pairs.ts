import { taken } from "./endpoint.ts";
import type { ExposeKind } from "./expose.ts";
import type { Pair } from "./pairs.ts";
import { command } from "./problems.ts";

/** Parts of `expose` that mean something for one kind alone. */
const partsOf: readonly (readonly [
  ExposeKind,
  "loadBalancerClass" | "sourceRanges" | "ingressClass" | "tlsSecret",
])[] = [
  ["loadBalancer", "loadBalancerClass"],
  ["loadBalancer", "sourceRanges"],
  ["ingress", "ingressClass"],
  ["ingress", "tlsSecret"],
];

/** What cannot be together with how clients come to the registry. */
export const exposePairs: readonly Pair[] = [
  {
    keys: ["nodeAddress", "expose", "storage.reachAt"],
    problem: { rule: "the IPv4 or IPv6 address of a node", run: command("nodeAddress", "192.0.2.10") },
    got: ({ nodeAddress, expose, storage: { kind } }, { storage }) =>
      nodeAddress === undefined &&
      (expose.kind === "hostPort" || (kind === "in-cluster" && storage?.reachAt === undefined)) &&
      "nothing",
  },
  {
    keys: ["host", "nodeAddress", "expose"],
    problem: {
      rule: "a name, or nodeAddress, where expose is nodePort",
      why: "clients would not know which node to ask",
      run: command("host", "registry.example.com"),
    },
    got: ({ host, nodeAddress, expose }) =>
      expose.kind === "nodePort" && host === undefined && nodeAddress === undefined && "nothing",
  },
  {
    keys: ["host", "expose"],
    problem: {
      rule: "a name where expose is ingress",
      why: "an ingress controller tells by it whom a request is for",
      run: command("host", "registry.example.com"),
    },
    got: ({ host, expose }) => expose.kind === "ingress" && host === undefined && "nothing",
  },
  {
    keys: ["nodeTrust.hosts", "host", "nodeAddress", "expose"],
    problem: {
      rule: "nodeAddress beside true where expose is nodePort or ingress",
      why: "the nodes' hosts files would have no address for host",
      run: command("nodeAddress", "192.0.2.10"),
    },
    got: ({ host, nodeAddress, expose: { kind } }, { nodeTrust }) =>
      nodeTrust?.hosts === true &&
      host !== undefined &&
      nodeAddress === undefined &&
      (kind === "nodePort" || kind === "ingress") &&
      "nothing",
  },
  {
    keys: ["host", "port"],
    problem: {
      rule: "a name with a dot where port is 443",
      why: "without a dot or a port it would be a part of an image's path",
      run: command("host", "registry.example.com"),
    },
    got: ({ host, port }) => port === 443 && host !== undefined && !host.includes(".") && host,
  },
  {
    keys: ["port", "expose"],
    problem: { rule: "a port that is free on nodes where expose is hostPort", run: command("port", "5045") },
    got: ({ port, expose }) => expose.kind === "hostPort" && taken.has(port) && `${port}: ${taken.get(port)}`,
  },
  {
    keys: ["replicas", "expose"],
    problem: {
      rule: "1 where expose is hostPort",
      why: "two pods cannot have one port of a node",
      run: "pulumi config set edge-registry:expose nodePort",
    },
    got: ({ replicas: { least, most = least }, expose }) =>
      expose.kind === "hostPort" && Math.max(least, most) > 1 && `${Math.max(least, most)}`,
  },
  {
    keys: ["replicas.most", "replicas.least"],
    problem: { rule: "more than least", why: "there would be nothing to scale" },
    got: ({ replicas: { least, most } }) => most !== undefined && most <= least && `${most} of ${least}`,
  },
  {
    keys: ["replicas.processorPercent", "replicas.most"],
    problem: { rule: "nothing without most", why: "only an autoscaler looks at it" },
    got: ({ replicas: { most } }, { replicas }) =>
      most === undefined && replicas?.processorPercent !== undefined && `${replicas.processorPercent}`,
  },
  ...partsOf.map(
    ([kind, part]): Pair => ({
      keys: [`expose.${part}`, "expose.kind"],
      problem: {
        rule: `nothing where expose is no ${kind}`,
        why: `only ${kind === "ingress" ? "an Ingress" : "a load balancer"} has it`,
        run: `pulumi config rm --path edge-registry:expose.${part}`,
      },
      got: ({ expose }, given) => expose.kind !== kind && given.expose?.[part] !== undefined && expose.kind,
    }),
  ),
];
