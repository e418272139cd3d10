import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  type IngressWishes,
  ingressAnnotations,
  traefik,
  traefikPassthrough,
  traefikTransport,
} from "../render/ingress.ts";
import { gatewayAuthority, labelsOf, registryName } from "../render/names.ts";

/** How an Entrance is made. */
export interface EntranceArgs {
  /** The namespace, which some annotations name. */
  readonly namespace: pulumi.Input<string>;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly host: string;
  readonly service: pulumi.Input<string>;
  readonly port: number;
  /** @default the cluster's default */
  readonly ingressClass?: string | undefined;
  /** The controller of that class; what is not known here gets the given annotations alone. */
  readonly controller: string;
  /** The Secret that it ends TLS with; undefined has it passed through. */
  readonly tlsSecret?: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  /** Who issued what the gateway shows. */
  readonly caCertificate: pulumi.Input<string>;
}

/** What has an ingress controller lead clients to a registry. */
export class Entrance extends pulumi.ComponentResource {
  constructor(name: string, args: EntranceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:Entrance", name, {}, opts);
    const own = { parent: this, deleteBeforeReplace: true };
    const metadata = {
      name: registryName,
      namespace: args.namespace,
      labels: labelsOf(registryName, args.stack),
    };
    const ends = args.tlsSecret !== undefined;
    const wishes = pulumi.all([args.namespace, args.service]).apply(
      ([namespace, service]): IngressWishes => ({
        controller: args.controller,
        namespace,
        ends,
        authority: gatewayAuthority,
        gateway: `${service}.${namespace}.svc`,
      }),
    );
    if (ends)
      new k8s.core.v1.Secret(
        `${name}-authority`,
        { metadata: { ...metadata, name: gatewayAuthority }, stringData: { "ca.crt": args.caCertificate } },
        own,
      );
    if (args.controller === traefik && !ends)
      new k8s.apiextensions.CustomResource(
        name,
        {
          apiVersion: "traefik.io/v1alpha1",
          kind: "IngressRouteTCP",
          metadata: { ...metadata, annotations: { ...args.annotations } },
          spec: pulumi
            .output(args.service)
            .apply((service) => traefikPassthrough(args.host, service, args.port)),
        },
        own,
      );
    else
      new k8s.networking.v1.Ingress(
        name,
        {
          metadata: {
            ...metadata,
            annotations: wishes.apply((wished) => ({
              ...ingressAnnotations(wished),
              ...args.annotations,
              // Not awaited: some controllers write no address into its status.
              "pulumi.com/skipAwait": "true",
            })),
          },
          spec: {
            ...(args.ingressClass !== undefined && { ingressClassName: args.ingressClass }),
            tls: [{ hosts: [args.host], ...(ends && { secretName: args.tlsSecret }) }],
            rules: [{ host: args.host, http: { paths: [pathTo(args.service)] } }],
          },
        },
        own,
      );
    if (args.controller === traefik && ends)
      new k8s.apiextensions.CustomResource(
        `${name}-transport`,
        {
          apiVersion: "traefik.io/v1alpha1",
          kind: "ServersTransport",
          metadata,
          spec: wishes.apply(traefikTransport),
        },
        own,
      );
    this.registerOutputs({});
  }
}

const pathTo = (service: pulumi.Input<string>) => ({
  path: "/",
  pathType: "Prefix",
  backend: { service: { name: service, port: { name: "https" } } },
});
