import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient, type KubeObject } from "../cluster/client.ts";
import { hasFailed, type Pod, whyNotReady } from "../cluster/rollout-state.ts";
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
  readonly status?: { readonly succeeded?: number };
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
    await settled(() => problemsOf(client, inputs), inputs);
    return { id: `${inputs.namespace}/${inputs.job}`, outs: inputs };
  },
};

async function problemsOf(
  client: ClusterClient,
  { namespace, job, purpose }: Inputs,
): Promise<readonly Unsettled[]> {
  const found = await client.get<Job>(`/apis/batch/v1/namespaces/${namespace}/jobs/${job}`);
  if (found?.status?.succeeded) return [];
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(`job-name=${job}`)}`;
  const last = (await client.list<Pod>(path)).at(-1);
  if (last === undefined) return [{ text: `${purpose}: the Job ${job} has no pod`, failed: false }];
  const failed = hasFailed(last);
  const log = failed ? await client.log(namespace, last.metadata.name).catch(() => "") : "";
  const words = log.trim().split("\n").slice(-3).join(" ") || whyNotReady(last);
  return [{ text: `${purpose}: ${words}`, failed }];
}
