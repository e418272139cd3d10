import { network } from "./address.ts";
import { objectName } from "./names.ts";
import { notARange } from "./range.ts";
import type { Place, Reader } from "./reader.ts";
import { choice, faults, text } from "./scalars.ts";
import { sortOf } from "./show.ts";
import { list, object } from "./structures.ts";

/** How clients outside the cluster come to the registry. */
export interface ExposeSettings {
  /**
   * By a port of the node that has `nodeAddress`, a port of every node, a load balancer, or an ingress controller.
   * @default what the target says
   */
  readonly kind: ExposeKind;
  /**
   * Annotations of the Service, or of the Ingress where there is one.
   * @default {}
   */
  readonly annotations: Readonly<Record<string, string>>;
  /**
   * Which of several load balancers is meant.
   * @default the cluster's default
   */
  readonly loadBalancerClass?: string;
  /**
   * The networks that the load balancer lets in.
   * @default [], all of them
   */
  readonly sourceRanges: readonly string[];
  /**
   * The ingress class.
   * @default the cluster's default
   */
  readonly ingressClass?: string;
  /**
   * The Secret with which the ingress controller ends TLS.
   * @default none: it passes TLS through to the gateway
   */
  readonly tlsSecret?: string;
}

export type ExposeKind = (typeof kinds)[number];

const kinds = ["hostPort", "nodePort", "loadBalancer", "ingress"] as const;
const readKind = choice(kinds, {
  NodePort: "it begins with a small letter",
  LoadBalancer: "it begins with a small letter",
  Ingress: "it begins with a small letter",
  HostPort: "it begins with a small letter",
  clusterIP: "people and nodes are outside of what only pods reach",
  ClusterIP: "people and nodes are outside of what only pods reach",
});

const annotationKey = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

/** Annotations: any texts under keys that Kubernetes takes. */
const readAnnotations: Reader<Readonly<Record<string, string>>> = (value, at: Place) => {
  const rule = 'an object of texts such as {"example.com/key": "value"}';
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return void at.problems.add(at.key, { rule, got: sortOf(value) });
  const wrong = Object.entries(value).find(
    ([key, one]) => !annotationKey.test(key) || typeof one !== "string",
  );
  if (wrong === undefined) return value as Readonly<Record<string, string>>;
  const [key, one] = wrong;
  const got = `${JSON.stringify(key.slice(0, 60))} with ${sortOf(one)}`;
  const why = annotationKey.test(key) ? "put it in quotes" : "that is no key of an annotation";
  return void at.problems.add(at.key, { rule, got, why });
};

const fields = {
  kind: readKind,
  annotations: readAnnotations,
  loadBalancerClass: text(
    "a class such as example.com/internal",
    faults([(name) => !annotationKey.test(name), ""]),
    { example: "example.com/internal" },
  ),
  sourceRanges: list(
    'a list of networks such as ["192.0.2.0/24"]',
    text("a network such as 192.0.2.0/24", notARange),
    { unlike: (range) => network(range) ?? range },
  ),
  ingressClass: objectName,
  tlsSecret: objectName,
};

const readObject = object('{"kind": "loadBalancer", …}', fields);

export type GivenExpose = NonNullable<ReturnType<typeof readObject>>;

const read: Reader<GivenExpose> = (value, at: Place) => {
  if (typeof value === "object" && value !== null) return readObject(value, at);
  const kind = readKind(value, at);
  return kind === undefined ? undefined : { kind };
};

export const readExpose = Object.assign(read, { fields });

/** What was given, with the defaults. */
export function exposeOf(given: GivenExpose | undefined, usual: ExposeKind): ExposeSettings {
  return { kind: usual, annotations: {}, sourceRanges: [], ...given };
}

/** The port that clients know, where none was given: what others than a host port can have is the cluster's business. */
export const usualPort = { hostPort: 5045, nodePort: 30045, loadBalancer: 443, ingress: 443 } as const;
