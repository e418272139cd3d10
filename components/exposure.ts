import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../cluster/client.ts";
import { labelsOf, registryName } from "../render/names.ts";
import { LoadBalancerAddress } from "../resources/load-balancer-address.ts";

/** How clients outside the cluster come to a registry. */
export type Way =
  /** By a port that the registry's own pod opens on its node. */
  | { readonly kind: "hostPort" }
  /** By a port of every node. */
  | { readonly kind: "nodePort" }
  | {
      readonly kind: "loadBalancer";
      /** @default the cluster's default */
      readonly className?: string | undefined;
      /** The networks that are let in; none for all of them. */
      readonly sourceRanges: readonly string[];
    }
  /** By what is made beside it. */
  | { readonly kind: "ingress" };

/** How an Exposure is made. */
export interface ExposureArgs {
  readonly namespace: pulumi.Input<string>;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly cluster: ClusterAddress;
  /** The port that clients know, which is the Service's too. */
  readonly port: number;
  readonly way: Way;
  /** Whether the address is for the nodes' hosts files. */
  readonly forHosts: boolean;
  /** Annotations of the Service. */
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * The Service in front of a registry, and the address that a load balancer gives it. It is made before the registry:
 * the server's certificate may hold that address.
 */
export class Exposure extends pulumi.ComponentResource {
  /** The Service's name. */
  readonly service: pulumi.Output<string>;
  /** The URL inside the cluster. */
  readonly internalUrl: pulumi.Output<string>;
  /** The load balancer's address; undefined where there is none. */
  readonly address: pulumi.Output<string> | undefined;

  constructor(name: string, args: ExposureArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:Exposure", name, {}, opts);
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: {
          name: registryName,
          namespace: args.namespace,
          labels: labelsOf(registryName, args.stack),
          // Not awaited: that the pod is ready says more, and the wait for a Service takes ten seconds.
          annotations: { ...args.annotations, "pulumi.com/skipAwait": "true" },
        },
        spec: {
          ...specOf(args.way),
          selector: { app: registryName },
          ports: [
            {
              name: "https",
              port: args.port,
              targetPort: "https",
              ...(args.way.kind === "nodePort" && { nodePort: args.port }),
            },
          ],
        },
      },
      {
        parent: this,
        deleteBeforeReplace: true,
        // The API server refuses another class on a Service that is there, which the provider does not know of.
        replaceOnChanges: ["spec.loadBalancerClass"],
        aliases: [formerly],
      },
    );
    this.service = service.metadata.name;
    this.internalUrl = pulumi.interpolate`https://${service.metadata.name}.${args.namespace}.svc:${args.port}`;
    this.address =
      args.way.kind === "loadBalancer"
        ? new LoadBalancerAddress(
            `${name}-address`,
            {
              cluster: args.cluster,
              namespace: args.namespace,
              service: service.metadata.name,
              uid: service.metadata.uid,
              forHosts: args.forHosts,
              patienceSeconds: 300,
            },
            { parent: this, dependsOn: [service] },
          ).address
        : undefined;
    this.registerOutputs({ service: this.service, internalUrl: this.internalUrl });
  }
}

/** It was a part of the Registry before it could be made first; by this it is the same one. */
const formerly = {
  name: "registry-service",
  parent: pulumi.createUrn("registry", "edge-registry:index:Registry"),
};

function specOf(
  way: Way,
): Pick<k8s.types.input.core.v1.ServiceSpec, "type" | "loadBalancerClass" | "loadBalancerSourceRanges"> {
  if (way.kind === "nodePort") return { type: "NodePort" };
  if (way.kind !== "loadBalancer") return {};
  return {
    type: "LoadBalancer",
    ...(way.className !== undefined && { loadBalancerClass: way.className }),
    ...(way.sourceRanges.length > 0 && { loadBalancerSourceRanges: [...way.sourceRanges] }),
  };
}
