import { createPrivateKey, X509Certificate } from "node:crypto";
import type { ClusterClient, KubeObject } from "../../cluster/client.ts";
import { ingressNginx, traefik } from "../../render/ingress.ts";
import type { Settings } from "../settings.ts";

/** What leads clients in, or why nothing does. */
export interface IngressFound {
  /** The controller's name, as its class has it. */
  readonly controller: string;
  /** The class, also where the settings leave it to the cluster's default; undefined where there is none. */
  readonly className?: string;
  /** Who issued what the controller shows, where its Secret says so. */
  readonly authority?: string;
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
  { expose, host = "", namespace }: Settings,
  now: Date,
): Promise<IngressFound | undefined> {
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
  const secret =
    expose.tlsSecret === undefined
      ? undefined
      : ((await client.get<TlsSecret>(`/api/v1/namespaces/${namespace.name}/secrets/${expose.tlsSecret}`)) ??
        "absent");
  const problems = [
    ...(controller === traefik ? await withoutKinds(client) : []),
    ...(secret === undefined ? [] : secretProblems(secret, host, now)),
  ].map((problem) =>
    problem
      .replaceAll("{secret}", `${namespace.name}/${expose.tlsSecret}`)
      .replaceAll("{namespace}", namespace.name)
      .replaceAll("{name}", expose.tlsSecret ?? ""),
  );
  const authority = secret === undefined || secret === "absent" ? undefined : decoded(secret, "ca.crt");
  return {
    controller,
    className: found.metadata.name,
    ...(authority === undefined ? {} : { authority }),
    problems,
    warnings: warningsOf(controller, expose),
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

function secretProblems(secret: TlsSecret | "absent", host: string, now: Date): readonly string[] {
  if (secret === "absent")
    return [
      "expose.tlsSecret: expected the Secret {secret}, got none: kubectl -n {namespace} create secret tls {name} --cert tls.crt --key tls.key; where namespace {namespace} is not there yet, bring the registry up without expose.tlsSecret first, or make the namespace and name it in namespace.existing",
    ];
  const [certificate, key] = [decoded(secret, "tls.crt"), decoded(secret, "tls.key")];
  if (certificate === undefined || key === undefined)
    return ["expose.tlsSecret: expected tls.crt and tls.key in {secret}, got something else"];
  try {
    const shown = new X509Certificate(certificate);
    const ends = shown.validToDate.toISOString().slice(0, 10);
    return [
      ...(shown.checkHost(host) === undefined
        ? [
            `expose.tlsSecret: expected a certificate for ${host} in {secret}, got one for ${shown.subjectAltName ?? "no name"}`,
          ]
        : []),
      ...(shown.validToDate <= now
        ? [
            `expose.tlsSecret: expected a certificate that is valid in {secret}, got one that ended on ${ends}`,
          ]
        : []),
      ...(shown.checkPrivateKey(createPrivateKey(key))
        ? []
        : ["expose.tlsSecret: expected the key of its certificate in {secret}, got another's"]),
    ];
  } catch {
    return ["expose.tlsSecret: expected a certificate and its key as PEM in {secret}, got something else"];
  }
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
