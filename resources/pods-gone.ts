import { setTimeout as sleep } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient } from "../cluster/client.ts";
import { isReady, type Node, type Pod } from "../cluster/rollout-state.ts";
import { settled, type Unsettled } from "../cluster/settled.ts";
import { goneOrTold } from "./gone.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly cluster: ClusterAddress;
  readonly namespace: string;
  /** The Deployment's name, and its pods' label `app`. */
  readonly app: string;
  readonly patienceSeconds: number;
  /** Whether a destroy takes the namespace away too, whose end is waited for as it is. */
  readonly namespaceGoes: boolean;
  /** How long its pods still serve when they are told to end. */
  readonly drainSeconds: number;
}

/**
 * Waits, when it is deleted, until nothing is left of a Deployment whose deletion is not awaited; where the namespace goes
 * too, until its pods have almost ended. When it is made, it waits until none of that name is still going, which the next
 * one would be. Made before the Deployment, and so deleted after it.
 */
export class PodsGone extends OwnResource {
  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("pods-gone", name, inputs, opts);
  }
}

export const provider: Provider<Inputs> = {
  async create(inputs) {
    const client = new ClusterClient(inputs.cluster);
    await settled(() => stillGoing(client, inputs), inputs);
    return { id: `${inputs.namespace}/${inputs.app}`, outs: inputs };
  },
  async delete(_id, inputs) {
    if (inputs.namespaceGoes) return sleep(1000 * waitBeforeGoing(inputs));
    await goneOrTold(`${inputs.namespace}/${inputs.app}`, inputs, (client) => remains(client, inputs));
  },
};

/**
 * Kubernetes looks at a namespace that goes five seconds later. Where pods have not ended by then, it looks again after
 * half of the time that they may take at the most, which is far more than they take: so they are left two seconds of what
 * they serve and three to end in. One made by an older version does not say how long it serves.
 */
const waitBeforeGoing = ({ drainSeconds = 0 }: Partial<Inputs>) => Math.max(0, drainSeconds - 2);

/** One that is there and stays is taken over. */
async function stillGoing(client: ClusterClient, inputs: Inputs): Promise<readonly Unsettled[]> {
  const deployment = await client.get(deploymentOf(inputs));
  const going = deployment?.metadata.deletionTimestamp !== undefined;
  return going ? [unsettled(`Deployment ${inputs.namespace}/${inputs.app} still goes`)] : [];
}

const deploymentOf = ({ namespace, app }: Inputs) =>
  `/apis/apps/v1/namespaces/${namespace}/deployments/${app}`;

async function remains(client: ClusterClient, inputs: Inputs): Promise<readonly Unsettled[]> {
  const { namespace, app } = inputs;
  const [nodes, pods, deployment] = await Promise.all([
    client.list<Node>("/api/v1/nodes"),
    client.list<Pod>(`/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`),
    client.get(deploymentOf(inputs)),
  ]);
  const dead = nodes.filter((node) => !isReady(node)).map(({ metadata }) => metadata.name);
  const ending = pods.filter(({ spec }) => !dead.includes(spec.nodeName ?? ""));
  if (ending.length > 0) return ending.map((pod) => unsettled(`its pod ${pod.metadata.name} still ends`));
  // With pods on dead nodes alone, the Deployment goes when those nodes are back.
  return deployment === undefined || pods.length > 0 ? [] : [unsettled("the Deployment is still there")];
}

const unsettled = (text: string): Unsettled => ({ text, failed: false });
