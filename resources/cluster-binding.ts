import type * as pulumi from "@pulumi/pulumi";
import { OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  /** The uid of the cluster's kube-system namespace; absent where a preview could not ask. */
  readonly uid?: string;
  /** What the kubeconfig calls the cluster's API server; for people. */
  readonly server: string;
}

/** Records the cluster that a stack was first deployed on, and refuses each other one before anything is changed. */
export class ClusterBinding extends OwnResource {
  /** That of the first time, also where this time nobody answered. */
  declare readonly uid: pulumi.Output<string>;

  constructor(name: string, inputs: Inputs, opts: pulumi.CustomResourceOptions) {
    super("cluster-binding", name, { uid: undefined, ...inputs }, opts);
  }
}

export const provider: Provider<Inputs> = {
  async check(olds, news) {
    if (olds.uid === undefined || news.uid === undefined || olds.uid === news.uid) return [];
    const reason = `this stack is deployed on the cluster with id ${olds.uid} (${olds.server}), but ${news.server} is the one with id ${news.uid}: choose the right one with edge-registry:cluster or KUBECONFIG; nothing was changed`;
    return [{ property: "cluster", reason }];
  },
  async diff(olds, news) {
    return { changes: news.uid !== undefined && olds.uid !== news.uid };
  },
  async create(inputs) {
    return { id: inputs.uid ?? "unknown", outs: inputs };
  },
};
