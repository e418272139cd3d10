import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labelsOf, registryName, storeName } from "../render/names.ts";

/** Who may talk to whom. */
export interface NetworkPoliciesArgs {
  readonly namespace: pulumi.Input<string>;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  /** From where the machine that runs the engine reaches the store, as CIDRs; undefined where there is none. */
  readonly storeFrom: readonly string[] | undefined;
  /** The namespaces whose pods may read what is measured, none for all of them; undefined where nothing is. */
  readonly metricsFrom?: readonly string[] | undefined;
}

/** Anyone may reach the gateway; a store in the cluster only the registry, and the engine from where the settings say. */
export class NetworkPolicies extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:NetworkPolicies", name, {}, opts);
    const policy = (app: string, ...ingress: k8s.types.input.networking.v1.NetworkPolicyIngressRule[]) =>
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${app}`,
        {
          metadata: { name: app, namespace: args.namespace, labels: labelsOf(app, args.stack) },
          spec: { podSelector: { matchLabels: { app } }, policyTypes: ["Ingress"], ingress },
        },
        { parent: this, deleteBeforeReplace: true },
      );
    policy(
      registryName,
      { ports: [{ port: "https" }] },
      ...(args.metricsFrom ? [{ ports: [{ port: "metrics" }], from: peersOf(args.metricsFrom) }] : []),
    );
    if (args.storeFrom !== undefined)
      policy(storeName, {
        ports: [{ port: "s3" }],
        from: [
          { podSelector: { matchLabels: { app: registryName } } },
          ...args.storeFrom.map((cidr) => ({ ipBlock: { cidr } })),
        ],
      });
    this.registerOutputs({});
  }
}

/** Pods of these namespaces, or of any. */
const peersOf = (namespaces: readonly string[]) =>
  namespaces.length === 0
    ? [{ namespaceSelector: {} }]
    : namespaces.map((name) => ({
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
      }));
