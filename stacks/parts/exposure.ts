import * as pulumi from "@pulumi/pulumi";
import { Entrance } from "../../components/entrance.ts";
import { Exposure, type Way } from "../../components/exposure.ts";
import { traefik, traefikService } from "../../render/ingress.ts";
import { registryName, serverName } from "../../render/names.ts";
import type { Settings } from "../settings.ts";
import type { Common, Ground, InCluster, Surroundings } from "./ground.ts";

/** How clients come to the registry, and what they call it. */
export interface Reach {
  readonly exposure: Exposure;
  /** What the registry is called by clients, the name that is told to people last. */
  readonly names: readonly pulumi.Input<string>[];
  /** The same with the port where there is one to tell, as images carry them. */
  readonly servers: readonly pulumi.Input<string>[];
  /** The address behind those names; undefined where only others know it. */
  readonly address: pulumi.Input<string> | undefined;
}

/** The Service, with what stands before it. */
export function reachOf(
  settings: Settings,
  common: Common,
  inCluster: InCluster,
  { found }: Surroundings,
): Reach {
  const { nodeAddress, host, port, expose, namespace, nodeTrust } = settings;
  const toTraefik = found.ingress?.controller === traefik && expose.tlsSecret !== undefined;
  const exposure = new Exposure(
    "exposure",
    {
      ...common,
      port,
      way: wayOf(expose),
      forHosts: nodeTrust.hosts && host !== undefined,
      annotations:
        expose.kind === "ingress"
          ? toTraefik
            ? traefikService(namespace.name, registryName)
            : {}
          : expose.annotations,
    },
    inCluster,
  );
  const address = expose.kind === "loadBalancer" ? exposure.address : nodeAddress;
  const unnamed = { hostPort: nodeAddress, nodePort: nodeAddress, ingress: undefined };
  const byAddress =
    expose.kind === "loadBalancer"
      ? host === undefined
        ? exposure.address
        : undefined
      : unnamed[expose.kind];
  // A certificate that is brought is for the name, where there is one.
  const named = settings.certificate.brought !== undefined && host !== undefined;
  const names = [named ? undefined : byAddress, host].filter((name) => name !== undefined);
  return {
    exposure,
    names,
    servers: names.map((name) =>
      typeof name === "string"
        ? serverName(name, port)
        : pulumi.output(name).apply((one) => serverName(one, port)),
    ),
    address,
  };
}

/** What has an ingress controller lead clients in, where one is to. */
export function entrance(
  { settings, common, inCluster, found, exposure }: Ground,
  caCertificate: pulumi.Input<string>,
): Entrance | undefined {
  const { expose, host, port } = settings;
  if (expose.kind !== "ingress" || host === undefined) return undefined;
  return new Entrance(
    "entrance",
    {
      ...common,
      ...expose,
      host,
      port,
      service: exposure.service,
      controller: found.ingress?.controller ?? "",
      caCertificate,
    },
    inCluster,
  );
}

/** Whom those trust who come from outside: where TLS ends at an ingress controller, also the issuer of what it shows. */
export function whomClientsTrust({ found }: Ground, own: pulumi.Output<string>): pulumi.Output<string> {
  const chain = found.ingress?.chain;
  return chain === undefined || chain.isPublic ? own : pulumi.interpolate`${own}${chain.authority}`;
}

function wayOf({ kind, loadBalancerClass, sourceRanges }: Settings["expose"]): Way {
  return kind === "loadBalancer" ? { kind, className: loadBalancerClass, sourceRanges } : { kind };
}
