import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient } from "../cluster/client.ts";
import { isReady, type Node, type Pod } from "../cluster/rollout-state.ts";
import type { Unsettled } from "../cluster/settled.ts";
import { stackLabel } from "../render/names.ts";
import { goneOrTold } from "./gone.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly cluster: ClusterAddress;
  readonly namespace: string;
  /** Whose pods they are. */
  readonly stack: string;
  readonly patienceSeconds: number;
  /**
   * That of the namespace, where a destroy takes it away; empty where it stays, and never left out: an input that is no
   * longer there is no change, and what was there before would stay in the state.
   */
  readonly namespaceUid: string;
}

/**
 * Takes the pods of dead nodes off the cluster's books, when it is deleted: nobody there says that they have ended, and
 * what they belong to would be waited for until the node is back, the namespace too. Made before all that runs in a
 * namespace, and so deleted after it.
 *
 * Where the namespace goes too, that begins here: from then on Kubernetes lets five seconds pass, in which pods end.
 */
export class DeadPods extends OwnResource {
  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("dead-pods", name, inputs, opts);
  }
}

export const provider: Provider<Inputs> = {
  async create(inputs) {
    return { id: `${inputs.namespace}/${inputs.stack}`, outs: inputs };
  },
  async delete(_id, inputs) {
    if (inputs.namespaceUid) await beginToGo(inputs); // one made by an older version has none
    const told = new Set<string>();
    await goneOrTold(`pods in ${inputs.namespace}`, inputs, (client) => remains(client, inputs, told));
  },
};

/** What goes wrong here, the namespace's own deletion tells. */
async function beginToGo({ cluster, namespace, namespaceUid }: Inputs): Promise<void> {
  try {
    await new ClusterClient(cluster).delete(`/api/v1/namespaces/${namespace}`, namespaceUid);
  } catch {}
}

/** One that ran to its end goes with what it belongs to, or with the namespace, at once. */
const hasEnded = ({ status }: Pod) => status.phase === "Succeeded" || status.phase === "Failed";

/** The pods that still end, where somebody can say so. Until the cluster believes that a node is dead, it may answer. */
async function remains(
  client: ClusterClient,
  { namespace, stack }: Inputs,
  told: Set<string>,
): Promise<readonly Unsettled[]> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const [nodes, pods] = await Promise.all([
    client.list<Node>("/api/v1/nodes"),
    client.list<Pod>(`${path}?labelSelector=${encodeURIComponent(`${stackLabel}=${stack}`)}`),
  ]);
  const alive = new Set(nodes.filter(isReady).map(({ metadata }) => metadata.name));
  const forgotten = pods.filter(({ spec }) => spec.nodeName !== undefined && !alive.has(spec.nodeName));
  for (const { metadata, spec } of forgotten) {
    await client.delete(`${path}/${metadata.name}?gracePeriodSeconds=0`);
    if (!told.has(metadata.name))
      console.error(`node ${spec.nodeName} is not Ready: its pod ${metadata.name} ends when it is back`);
    told.add(metadata.name);
  }
  const left = pods.filter((pod) => forgotten.includes(pod) || !hasEnded(pod));
  return left.map(({ metadata }) => ({ text: `pod ${metadata.name} still ends`, failed: false }));
}
