import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient, type KubeObject } from "../cluster/client.ts";
import { deleteFailedPods } from "../cluster/failed-pods.ts";
import {
  hasEndedWell,
  hasFailed,
  isReady,
  type Node,
  type Pod,
  whyNotReady,
} from "../cluster/rollout-state.ts";
import { settled, type Unsettled } from "../cluster/settled.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly cluster: ClusterAddress;
  readonly namespace: string;
  readonly job: string;
  /** What it is for, as a sentence's beginning. */
  readonly purpose: string;
  readonly patienceSeconds: number;
}

interface Job extends KubeObject {
  readonly status?: { readonly succeeded?: number; readonly failed?: number };
}

/** Waits until a Job has ended well; where it has not, its own last words are the reason. */
export class JobDone extends OwnResource {
  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("job-done", name, inputs, opts);
  }
}

export const provider: Provider<Inputs> = {
  async diff(olds, news) {
    return { changes: olds.job !== news.job || olds.namespace !== news.namespace };
  },
  async create(inputs) {
    const client = new ClusterClient(inputs.cluster);
    const renewed = await renew(client, inputs);
    // The failure of a pod that stays may be an old one, until the kubelet has tried it again.
    const failedSeconds = renewed ? 30 : inputs.patienceSeconds;
    await settled(() => problemsOf(client, inputs), { ...inputs, failedSeconds });
    return { id: `${inputs.namespace}/${inputs.job}`, outs: inputs };
  },
};

/**
 * With each pod that a Job has lost, its controller waits twice as long before it makes the next: 10 s after the first,
 * 80 s after the fourth. From then on the kubelet's own five minutes are not much longer.
 */
const renewals = 4;

/** Has the Job try anew what has failed, where that is soon; says whether it is. */
async function renew(client: ClusterClient, { namespace, job }: Inputs): Promise<boolean> {
  const found = await client.get<Job>(pathOf(namespace, job)).catch(() => undefined);
  if ((found?.status?.failed ?? 0) >= renewals) return false;
  await deleteFailedPods(client, namespace, `job-name=${job}`);
  return true;
}

const pathOf = (namespace: string, job: string) => `/apis/batch/v1/namespaces/${namespace}/jobs/${job}`;

async function problemsOf(
  client: ClusterClient,
  { namespace, job, purpose }: Inputs,
): Promise<readonly Unsettled[]> {
  const found = await client.get<Job>(pathOf(namespace, job));
  if (found?.status?.succeeded) return [];
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(`job-name=${job}`)}`;
  const last = (await client.list<Pod>(path))
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .toSorted((one, other) => madeAt(one) - madeAt(other))
    .at(-1);
  if (last === undefined) return [{ text: `${purpose}: the Job ${job} has no pod`, failed: false }];
  if (hasEndedWell(last)) return [];
  if (await isLost(client, last)) {
    await client.delete(`/api/v1/namespaces/${namespace}/pods/${last.metadata.name}?gracePeriodSeconds=0`);
    return [
      { text: `${purpose}: node ${last.spec.nodeName} is not Ready, another one is tried`, failed: false },
    ];
  }
  const failed = hasFailed(last);
  const log = failed ? await client.log(namespace, last.metadata.name).catch(() => "") : "";
  const words = log.trim().split("\n").slice(-3).join(" ") || whyNotReady(last);
  return [{ text: `${purpose}: ${words}`, failed }];
}

/** Whether a pod's node is dead, of which nobody says that the pod has ended: its controller would wait for it. */
async function isLost(client: ClusterClient, { spec }: Pod): Promise<boolean> {
  if (spec.nodeName === undefined) return false;
  const node = await client.get<Node>(`/api/v1/nodes/${spec.nodeName}`);
  return node === undefined || !isReady(node);
}

const madeAt = ({ metadata }: Pod) => Date.parse(metadata.creationTimestamp ?? "") || 0;
