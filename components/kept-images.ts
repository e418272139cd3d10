import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { kept, labelsOf } from "../render/names.ts";

/** What is marked. */
export interface KeptImagesArgs {
  readonly namespace: pulumi.Input<string>;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  /** Where the images are, by what it is called. */
  readonly where: Readonly<Record<string, pulumi.Input<string>>>;
  /** What outlives a destroy, a line each. */
  readonly kept: pulumi.Input<readonly string[]>;
  /** Whether the mark does too: the images lie in the cluster, and stay there. */
  readonly keep: boolean;
}

/** A mark in the cluster of where the images are, by which the next `up` takes them over, also without a state. */
export class KeptImages extends pulumi.ComponentResource {
  /** What a destroy leaves, a line each. */
  readonly kept: pulumi.Output<readonly string[]>;

  constructor(name: string, args: KeptImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:KeptImages", name, {}, opts);
    const mark = new k8s.core.v1.ConfigMap(
      name,
      {
        metadata: { name: kept, namespace: args.namespace, labels: labelsOf("kept", args.stack) },
        data: args.where,
      },
      { parent: this, retainOnDelete: args.keep },
    );
    const itself = args.keep ? [pulumi.interpolate`configmap ${mark.metadata.namespace}/${kept}`] : [];
    this.kept = pulumi.all([args.kept, pulumi.all(itself)]).apply(([kept, mark]) => [...kept, ...mark]);
    this.registerOutputs({ kept: this.kept });
  }
}
