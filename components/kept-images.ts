import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { kept, labelsOf } from "../render/names.ts";

/** What is marked. */
export interface KeptImagesArgs {
  readonly namespace: pulumi.Input<string>;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  /** Where the images are: what outlives a destroy, by what it is called. */
  readonly things: Readonly<Record<string, pulumi.Input<string>>>;
  /** The S3 server that can read them. */
  readonly server: string;
  /** Whether it does outlive a destroy. */
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
        data: { ...args.things, server: args.server },
      },
      { parent: this, retainOnDelete: args.keep },
    );
    const lines = pulumi
      .all([mark.metadata.namespace, args.things])
      .apply(([namespace, things]) => [
        ...Object.entries(things).map(([kind, thing]) => `${kind} ${thing}`),
        `configmap ${namespace}/${kept}`,
      ]);
    this.kept = args.keep ? lines : pulumi.output([]);
    this.registerOutputs({ kept: this.kept });
  }
}
