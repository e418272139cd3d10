import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient } from "../cluster/client.ts";
import { requireCluster } from "../cluster/identity.ts";
import { OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly uid?: string;
  readonly cluster: ClusterAddress;
}

/**
 * Made after what it guards, and so deleted before it by a destroy: that deletion fails on another cluster, and nothing it
 * depends on is touched. A destroy does not run the program, so nothing earlier could ask.
 */
export class ClusterGuard extends OwnResource {
  /** It is made after the ids in `after` too, without what their components wait for. */
  constructor(
    name: string,
    inputs: Inputs & { readonly after?: readonly pulumi.Output<readonly string[]>[] },
    opts: pulumi.CustomResourceOptions,
  ) {
    super("cluster-guard", name, { ...inputs }, opts);
  }
}

export const provider: Provider<Inputs> = {
  async diff(olds, news) {
    const same = JSON.stringify(olds.cluster) === JSON.stringify(news.cluster);
    return { changes: !same || (news.uid !== undefined && olds.uid !== news.uid) };
  },
  async create(inputs) {
    return { id: inputs.uid ?? "unknown", outs: inputs };
  },
  async delete(_id, { uid, cluster }) {
    await requireCluster(new ClusterClient(cluster), uid);
  },
  // The engine asks for all else at the same time, and keeps what it learns.
  async refresh({ uid, cluster }) {
    const relief =
      "nothing was changed there, but what it does not have is out of the state: `pulumi up` on the right one takes it over again as it is";
    await requireCluster(new ClusterClient(cluster), uid, relief);
  },
};
