import { ApiRefusal, type ClusterClient, type KubeObject } from "../../cluster/client.ts";
import { traefik } from "../../render/ingress.ts";
import { nodeTrustName, serverName, stackLabel } from "../../render/names.ts";
import { command } from "../settings/problems.ts";
import type { Settings } from "../settings.ts";

type Asked = Pick<Settings, "expose" | "port" | "host" | "storage">;

interface Port {
  readonly nodePort?: number;
  readonly hostPort?: number;
  /** @default "TCP" */
  readonly protocol?: string;
}

interface Service extends KubeObject {
  readonly spec: { readonly ports?: readonly Port[] };
}

interface Container {
  readonly ports?: readonly Port[];
}

interface Pod extends KubeObject {
  readonly spec: {
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
  readonly status: { readonly phase?: string };
}

interface Ingress extends KubeObject {
  readonly spec: {
    readonly ingressClassName?: string;
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: { readonly paths: readonly { readonly path?: string }[] };
    }[];
  };
}

interface IngressRouteTcp extends KubeObject {
  readonly spec: { readonly routes?: readonly { readonly match?: string }[] };
}

/** The ConfigMap that a stack's agents on the nodes go by. */
interface AgentFiles extends KubeObject {
  readonly data?: { readonly registries?: string };
}

/** Where in the cluster a registry is to be reached, as the cluster says. */
interface Place {
  /** The node with `nodeAddress`. */
  readonly node: string | undefined;
  /** The class of its Ingress; the cluster writes its default into those that name none. */
  readonly ingressClass: string | undefined;
  /** The controller of that class, where clients come in by one. */
  readonly controller: string | undefined;
  /** Whether nodes are made to trust it. */
  readonly trusting: boolean;
}

/** Ports and names that others of the cluster have already, and that only one can have. */
export async function occupied(
  client: ClusterClient,
  settings: Asked,
  { node, ingressClass, controller, trusting }: Place,
  stack: string,
): Promise<readonly string[]> {
  const others = async <T extends KubeObject>(path: string) =>
    (await client.list<T>(path).catch(unseen)).filter(
      ({ metadata: { labels, deletionTimestamp } }) =>
        labels?.[stackLabel] !== stack && deletionTimestamp === undefined,
    );
  const { expose } = settings;
  const agents = `/api/v1/configmaps?labelSelector=app%3D${nodeTrustName}`;
  const onNode = `/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`;
  const found = await Promise.all([
    expose.kind === "nodePort" ? others<Service>("/api/v1/services").then(nodePorts(settings)) : [],
    node === undefined || wanted(settings).length === 0
      ? []
      : others<Pod>(onNode).then(hostPorts(settings, node)),
    expose.kind === "ingress"
      ? others<Ingress>("/apis/networking.k8s.io/v1/ingresses").then(hosts(settings, ingressClass))
      : [],
    controller === traefik
      ? others<IngressRouteTcp>("/apis/traefik.io/v1alpha1/ingressroutetcps").then(passedOn(settings))
      : [],
    trusting && settings.host !== undefined
      ? others<AgentFiles>(agents).then(trustedAs(serverName(settings.host, settings.port)))
      : [],
  ]);
  return found.flat();
}

/** Who may not look at all of a cluster is told later, by what fails then; one that lacks a kind has no object of it. */
function unseen(error: unknown): readonly [] {
  if (error instanceof ApiRefusal && [403, 404].includes(error.status)) return [];
  throw error;
}

const nameOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`;

/** One for datagrams does not stand in the way. */
const opens = ({ nodePort, hostPort, protocol = "TCP" }: Port, port: number) =>
  protocol === "TCP" && [nodePort, hostPort].includes(port);

const nodePorts =
  ({ port }: Asked) =>
  (services: readonly Service[]) =>
    services
      .filter(({ spec }) => spec.ports?.some((one) => opens(one, port)))
      .map(
        (service) =>
          `port: ${port} of every node leads to Service ${nameOf(service)} already: ${command("port", "ANOTHER")}`,
      );

/** The ports that are opened on the node with `nodeAddress`, and the settings that have them. */
const wanted = ({ expose, port, storage }: Asked) => [
  ...(expose.kind === "hostPort" ? [["port", port, "ANOTHER"] as const] : []),
  ...(storage.kind === "in-cluster"
    ? [["storage.reachAt", storage.reachAt.port, `${storage.reachAt.host}:ANOTHER`] as const]
    : []),
];

const hostPorts = (settings: Asked, node: string) => (pods: readonly Pod[]) =>
  wanted(settings).flatMap(([key, port, another]) =>
    pods
      .filter(
        ({ spec, status }) =>
          !["Succeeded", "Failed"].includes(status.phase ?? "") &&
          [...spec.containers, ...(spec.initContainers ?? [])].some(({ ports }) =>
            ports?.some((one) => opens(one, port)),
          ),
      )
      .map((pod) => `${key}: port ${port} of ${node} is pod ${nameOf(pod)}'s: ${command(key, another)}`),
  );

const hosts =
  ({ host }: Asked, ingressClass: string | undefined) =>
  (ingresses: readonly Ingress[]) =>
    ingresses
      .filter(
        ({ spec }) =>
          (spec.ingressClassName ?? "") === (ingressClass ?? "") &&
          spec.rules?.some(
            (rule) => rule.host === host && rule.http?.paths.some(({ path = "/" }) => path === "/"),
          ),
      )
      .map(
        (ingress) => `host: Ingress ${nameOf(ingress)} has ${host} already: ${command("host", "ANOTHER")}`,
      );

/** A node trusts one authority for each name and port. */
const trustedAs = (name: string) => (agents: readonly AgentFiles[]) =>
  agents
    .filter(({ data }) => data?.registries?.split("\n").includes(name))
    .map(
      (agent) =>
        `host: nodes trust ${name} as stack ${agent.metadata.labels?.[stackLabel]}'s already: destroy that one, or ${command("host", "ANOTHER")}`,
    );

/** Before Traefik looks at any Ingress it passes on what one of these takes by the name that a client asks for. */
const passedOn =
  ({ host = "", expose }: Asked) =>
  (routes: readonly IngressRouteTcp[]) =>
    routes
      .filter(
        ({ metadata, spec }) =>
          traefikOf(metadata.annotations) === traefikOf(expose.annotations) &&
          spec.routes?.some(({ match = "" }) => takes(match, host)),
      )
      .map(
        (route) =>
          `host: IngressRouteTCP ${nameOf(route)} has ${host} already: ${command("host", "ANOTHER")}`,
      );

/** Which of several Traefiks reads an object of its own kinds. */
const traefikOf = (annotations: KubeObject["metadata"]["annotations"]) =>
  annotations?.["kubernetes.io/ingress.class"] || "traefik";

/** Whether a rule of Traefik's names a host, as in HostSNI(`one.example`) || HostSNI(`another.example`). */
const takes = (match: string, host: string) =>
  [...match.matchAll(/\bHostSNI\(([^)]*)\)/g)].some(([, names = ""]) =>
    names.split(",").some((name) => name.trim().slice(1, -1).toLowerCase() === host),
  );
