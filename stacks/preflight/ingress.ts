import type { ClusterClient, KubeObject } from "../../cluster/client.ts";
import { ingressNginx, traefik } from "../../render/ingress.ts";
import { certificatesAmong, keyAmong } from "../settings/pem.ts";
import type { Settings } from "../settings.ts";
import { type Chain, judge, strange } from "./chain.ts";

/** What leads clients in, or why nothing does. */
export interface IngressFound {
  /** The controller's name, as its class has it. */
  readonly controller: string;
  /** The class, also where the settings leave it to the cluster's default; undefined where there is none. */
  readonly className?: string;
  /** What the controller shows where it ends TLS, with whom its Secret says to trust. */
  readonly chain?: Chain;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

interface IngressClass extends KubeObject {
  readonly spec: { readonly controller: string };
}

interface TlsSecret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Looks for the class of the settings and for all that its controller needs. */
export async function ingressFor(
  client: ClusterClient,
  settings: Settings,
  now: Date,
): Promise<IngressFound | undefined> {
  const { expose } = settings;
  if (expose.kind !== "ingress") return undefined;
  const classes = await client.list<IngressClass>("/apis/networking.k8s.io/v1/ingressclasses");
  const wanted = expose.ingressClass;
  const found = classes.find(({ metadata }) =>
    wanted === undefined
      ? metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true"
      : metadata.name === wanted,
  );
  if (found === undefined) return { controller: "", problems: [noClass(wanted, classes)], warnings: [] };
  const { controller } = found.spec;
  const shown = await shownBy(client, settings, now);
  return {
    ...shown,
    controller,
    className: found.metadata.name,
    problems: [...(controller === traefik ? await withoutKinds(client) : []), ...shown.problems],
    warnings: [...warningsOf(controller, expose), ...shown.warnings],
  };
}

function noClass(wanted: string | undefined, classes: readonly IngressClass[]): string {
  const names = classes.map(({ metadata }) => metadata.name).join(", ") || "none";
  const expected = wanted === undefined ? "a default class in this cluster" : `${wanted} in this cluster`;
  return `expose.ingressClass: expected ${expected}, it has ${names}: pulumi config set --path edge-registry:expose.ingressClass NAME`;
}

/** Traefik's own kinds say what an Ingress cannot. */
async function withoutKinds(client: ClusterClient): Promise<readonly string[]> {
  const kinds = await client.get(
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/ingressroutetcps.traefik.io",
  );
  if (kinds !== undefined) return [];
  return [
    "expose.ingressClass: expected Traefik's kinds in this cluster (ingressroutetcps.traefik.io), got none: install its CustomResourceDefinitions, or choose another class",
  ];
}

/** What a controller that ends TLS shows its clients. */
async function shownBy(
  client: ClusterClient,
  { expose: { tlsSecret }, host, namespace: { name: namespace } }: Settings,
  now: Date,
): Promise<Pick<IngressFound, "chain" | "problems" | "warnings">> {
  if (tlsSecret === undefined) return { problems: [], warnings: [] };
  const place = `${namespace}/${tlsSecret}`;
  const problem = (sentence: string) => ({ problems: [`expose.tlsSecret: ${sentence}`], warnings: [] });
  const secret = await client.get<TlsSecret>(`/api/v1/namespaces/${namespace}/secrets/${tlsSecret}`);
  if (secret === undefined)
    return problem(
      `expected the Secret ${place}, got none: kubectl -n ${namespace} create secret tls ${tlsSecret} --cert tls.crt --key tls.key; where namespace ${namespace} is not there yet, bring the registry up without expose.tlsSecret first, or make the namespace and name it in namespace.existing`,
    );
  const [certificate, key] = [decoded(secret, "tls.crt"), decoded(secret, "tls.key")];
  if (certificate === undefined || key === undefined)
    return problem(`expected tls.crt and tls.key in ${place}, got something else`);
  // What controllers take, with whatever else is in the texts.
  const [certificates, privateKey] = [certificatesAmong(certificate), keyAmong(key)];
  if (certificates.length === 0 || privateKey === undefined)
    return problem(`expected a certificate and its key as PEM in ${place}, got something else`);
  const authority = decoded(secret, "ca.crt");
  const { chain, faults, stranger } = judge({
    certificates,
    key: privateKey,
    authorities: certificatesAmong(authority ?? ""),
    names: host === undefined ? [] : [host],
    now,
  });
  const told = (sentence: string) => `expose.tlsSecret: ${place}: ${sentence}`;
  return {
    ...(chain && { chain: { ...chain, authority: authority ?? chain.authority } }),
    problems: faults.map(told),
    // Clients may know an authority of their own company's all the same.
    warnings: stranger === undefined ? [] : [told(strange(stranger, "put its authority there as ca.crt"))],
  };
}

function decoded({ data }: TlsSecret, key: string): string | undefined {
  const encoded = data?.[key];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8");
}

function warningsOf(controller: string, { tlsSecret, annotations }: Settings["expose"]): readonly string[] {
  if (controller === traefik && tlsSecret !== undefined)
    return [
      "expose: Traefik cuts uploads that take longer than its entry point's respondingTimeouts.readTimeout, 60 seconds unless it is set to 0 where Traefik is installed",
    ];
  if (controller === ingressNginx && tlsSecret === undefined)
    return [
      "expose: ingress-nginx passes TLS through only where it was started with --enable-ssl-passthrough",
    ];
  if (controller === traefik || controller === ingressNginx || Object.keys(annotations).length > 0) return [];
  return [
    `expose: the controller ${controller} is not known here, so what has it pass TLS on to the gateway, and bodies of any size, has to be in expose.annotations`,
  ];
}
