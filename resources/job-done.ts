import { setTimeout as sleep } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient, type KubeObject } from "../cluster/client.ts";
import { type Pod, whyNotReady } from "../cluster/rollout-state.ts";
import { OwnResource, type Provider } from "./own-resource.ts";

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
  constructor(
    name: string,
    inputs: { readonly [name in keyof Inputs]: pulumi.Input<Inputs[name]> },
    opts: pulumi.CustomResourceOptions,
  ) {
    super("job-done", name, inputs, opts);
  }
}

export const provider: Provider<Inputs> = {
  async diff(olds, news) {
    return { changes: olds.job !== news.job || olds.namespace !== news.namespace };
  },
  async create(inputs) {
    const client = new ClusterClient(inputs.cluster);
    const deadline = performance.now() + inputs.patienceSeconds * 1000;
    for (;;) {
      const path = `/apis/batch/v1/namespaces/${inputs.namespace}/jobs/${inputs.job}`;
      if ((await client.get<Job>(path))?.status?.succeeded)
        return { id: `${inputs.namespace}/${inputs.job}`, outs: inputs };
      if (performance.now() > deadline) throw new Error(`${inputs.purpose}: ${await reason(client, inputs)}`);
      await sleep(200);
    }
  },
};

async function reason(client: ClusterClient, { namespace, job }: Inputs): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(`job-name=${job}`)}`;
  const last = (await client.list<Pod>(path)).at(-1);
  if (last === undefined) return `the Job ${job} has no pod`;
  const log = await client.log(namespace, last.metadata.name).catch(() => "");
  const lines = log.trim().split("\n").slice(-3).join(" ");
  return lines || whyNotReady(last);
}
