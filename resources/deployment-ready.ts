import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient, type KubeObject } from "../cluster/client.ts";
import { deleteFailedPods } from "../cluster/failed-pods.ts";
import { hasFailed, isReady, isRefused, type Pod, whyNotReady } from "../cluster/rollout-state.ts";
import { settled, type Unsettled } from "../cluster/settled.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly cluster: ClusterAddress;
  readonly namespace: string;
  readonly deployment: string;
  /** One that is made anew begins to count its changes again. */
  readonly uid: string;
  /** Grows with each change of the Deployment's: each is waited for. */
  readonly generation: number;
  readonly patienceSeconds: number;
}

interface Deployment extends KubeObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

/**
 * Waits until a Deployment runs what was last asked of it, and nothing older. The provider's own wait ends at once where
 * the strategy is Recreate: the new ReplicaSet has nothing to do until the old pod is gone, and counts as done.
 */
export class DeploymentReady extends OwnResource {
  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("deployment-ready", name, inputs, opts);
  }
}

export const provider: Provider<Inputs> = {
  async diff(olds, news) {
    if (olds.namespace !== news.namespace) return { changes: true };
    const asked = olds.uid !== news.uid || olds.generation !== news.generation;
    return { changes: asked && !(await runsAlready(news)) };
  },
  async create(inputs) {
    const client = new ClusterClient(inputs.cluster);
    await deleteFailedPods(client, inputs.namespace, `app=${inputs.deployment}`);
    await settled(() => problemsOf(client, inputs), inputs);
    return { id: `${inputs.namespace}/${inputs.deployment}`, outs: inputs };
  },
};

const pathOf = ({ namespace, deployment }: Inputs) =>
  `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`;

/** An annotation counts as a change, and nothing has to be waited for: a refresh finds what was noted there since. */
async function runsAlready(inputs: Inputs): Promise<boolean> {
  try {
    const found = await new ClusterClient(inputs.cluster).get<Deployment>(pathOf(inputs));
    const { uid, generation } = found?.metadata ?? {};
    return found !== undefined && uid === inputs.uid && generation === inputs.generation && runs(found);
  } catch {
    return false; // a preview is possible also where the cluster is out of reach
  }
}

async function problemsOf(client: ClusterClient, inputs: Inputs): Promise<readonly Unsettled[]> {
  const { namespace, deployment } = inputs;
  const found = await client.get<Deployment>(pathOf(inputs));
  const text = `${deployment} does not run`;
  if (found === undefined) return [{ text: `${text}: there is no such Deployment`, failed: true }];
  if (runs(found)) return [];
  const refusal = found.status?.conditions?.find(
    ({ type, status }) => type === "ReplicaFailure" && status === "True",
  );
  if (refusal !== undefined)
    return [{ text: `${text}: ${refusal.message ?? "its pod is refused"}`, failed: true }];
  const pods = await client.list<Pod>(
    `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${deployment}`,
  );
  const left = pods.filter((pod) => !isReady(pod) && !pod.metadata.deletionTimestamp);
  if (left.length === 0) return [{ text: `${text}: it has no pod yet`, failed: false }];
  return left.map((pod) => ({
    text: `${text} on ${pod.spec.nodeName ?? "any node"}: ${whyNotReady(pod)}`,
    failed: hasFailed(pod),
    // An older pod's refusal is of what was asked then.
    refused: isRefused(pod) && found.status?.observedGeneration === found.metadata.generation,
  }));
}

function runs({ metadata, spec, status }: Deployment): boolean {
  const wanted = spec.replicas ?? 1;
  const counts = [status?.replicas, status?.updatedReplicas, status?.availableReplicas];
  return status?.observedGeneration === metadata.generation && counts.every((count = 0) => count === wanted);
}
