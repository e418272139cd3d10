import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../cluster/client.ts";
import { labelsOf, nodesNamespace } from "../render/names.ts";
import { ClusterBinding } from "../resources/cluster-binding.ts";
import { DeadPods } from "../resources/dead-pods.ts";

/** Where a stack lives. */
export interface HomeArgs {
  readonly cluster: ClusterAddress;
  /** What tells the cluster from any other; undefined where a preview could not ask. */
  readonly clusterId?: string | undefined;
  /** What the kubeconfig calls the cluster's API server. */
  readonly server: string;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  /** The namespace, made here or by somebody else. */
  readonly namespace: { readonly name: string; readonly create: boolean };
  /** Why pods in it need more than `restricted` admits; none keeps it `restricted`. */
  readonly excuses: readonly string[];
  /** Whether a destroy leaves the namespace, for what is kept in it. */
  readonly keep: boolean;
  /** Whether there is a second namespace, for what runs privileged on nodes. */
  readonly nodes: boolean;
}

/** The one cluster that the stack belongs to, and its namespaces in it. */
export class Home extends pulumi.ComponentResource {
  /** Bound to the cluster: each object of the stack is made with it. */
  readonly provider: k8s.Provider;
  readonly namespace: pulumi.Output<string>;
  readonly nodesNamespace: pulumi.Output<string>;
  /** Whether a destroy takes the namespace away, with all that is in it. */
  readonly goes: boolean;

  constructor(name: string, args: HomeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:Home", name, {}, opts);
    const binding = new ClusterBinding(
      `${name}-cluster`,
      { server: args.server, ...(args.clusterId === undefined ? {} : { uid: args.clusterId }) },
      { parent: this },
    );
    this.provider = new k8s.Provider(
      `${name}-kubernetes`,
      {
        // The shell's own kubeconfig, said so: left out, its path of today would be recorded for every later run.
        kubeconfig: "",
        ...args.cluster,
        // Else another path or context of the same cluster replaces the provider, and with it all that it made.
        clusterIdentifier: binding.uid,
        // A killed run leaves objects that the state does not know; by these the next one takes them over.
        upsertExistingObjects: true,
        enablePatchForce: true,
        // Names are fixed, and pods roll by their revision: nothing has to be replaced for a new content.
        enableSecretMutable: true,
        enableConfigMapMutable: true,
        deleteUnreachable: false,
      },
      { parent: this, dependsOn: [binding] },
    );
    const own = { parent: this, provider: this.provider };
    const { name: wanted, create } = args.namespace;
    const labels = labelsOf("home", args.stack);
    this.goes = create && !args.keep;
    const made = create
      ? new k8s.core.v1.Namespace(
          name,
          {
            metadata: {
              name: wanted,
              labels: { ...labels, ...level(args.excuses) },
              annotations: reasons(args.excuses),
            },
          },
          { ...own, retainOnDelete: args.keep },
        ).metadata
      : undefined;
    this.namespace = made?.name ?? pulumi.output(wanted);
    const excuse = ["node-trust writes the registry's authority into folders of the node"];
    const madeForNodes = args.nodes
      ? new k8s.core.v1.Namespace(
          `${name}-nodes`,
          {
            metadata: {
              name: nodesNamespace(wanted),
              labels: { ...labels, ...level(excuse) },
              annotations: reasons(excuse),
            },
          },
          own,
        ).metadata
      : undefined;
    this.nodesNamespace = madeForNodes?.name ?? this.namespace;
    const forget = (part: string, namespace: pulumi.Output<string>, going: typeof made) =>
      new DeadPods(
        `${part}-dead-pods`,
        {
          ...{ cluster: args.cluster, namespace, stack: args.stack, patienceSeconds: 90 },
          namespaceUid: going?.uid ?? "",
        },
        { parent: this },
      );
    forget(name, this.namespace, this.goes ? made : undefined);
    if (madeForNodes) forget(`${name}-nodes`, this.nodesNamespace, madeForNodes);
    this.registerOutputs({ namespace: this.namespace, nodesNamespace: this.nodesNamespace });
  }
}

/** What the API server's own admission holds pods to; what an excuse lets in is still warned of. */
function level(excuses: readonly string[]): Readonly<Record<string, string>> {
  const prefix = "pod-security.kubernetes.io";
  return {
    [`${prefix}/enforce`]: excuses.length > 0 ? "privileged" : "restricted",
    [`${prefix}/warn`]: "restricted",
    [`${prefix}/audit`]: "restricted",
  };
}

const reasons = (excuses: readonly string[]): Readonly<Record<string, string>> =>
  excuses.length > 0 ? { "edge-registry/privileged-because": excuses.join("; ") } : {};
