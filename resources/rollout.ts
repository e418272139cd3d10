import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient } from "../cluster/client.ts";
import { exec } from "../cluster/exec.ts";
import {
  currentPod,
  type DaemonSet,
  isReady,
  type Left,
  type Node,
  nodesLeft,
  type Pod,
} from "../cluster/rollout-state.ts";
import { settled, type Unsettled } from "../cluster/settled.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly cluster: ClusterAddress;
  readonly namespace: string;
  /** The DaemonSet's name. */
  readonly daemonSet: string;
  /** What its pods have to carry as their revision. */
  readonly revision: string;
  /**
   * What a ready pod is asked, by a command in its container: a node is there once the answer begins as expected. The
   * word `{runtime}` stands for what the node says of its own, such as containerd://2.2.7.
   */
  readonly question?: {
    readonly container: string;
    readonly command: readonly string[];
    readonly answer: string;
  };
  /** What it is for, as a sentence's beginning: `node-2 does not …`. */
  readonly purpose: string;
  readonly patienceSeconds: number;
}

/**
 * Waits until each node has a ready pod of a DaemonSet's, and names the nodes that have not, with their reason. The
 * provider's own wait names none, and one dead node costs it ten minutes.
 */
export class Rollout extends OwnResource {
  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("rollout", name, inputs, opts);
  }
}

export const provider: Provider<Inputs> = {
  // The address of the same cluster may change without a word about its nodes.
  async diff(olds, news) {
    const keys = ["namespace", "daemonSet", "revision"] as const;
    return { changes: keys.some((key) => olds[key] !== news[key]) };
  },
  async create(inputs) {
    const client = new ClusterClient(inputs.cluster);
    await settled(() => problemsOf(client, inputs), inputs);
    return { id: `${inputs.namespace}/${inputs.daemonSet}`, outs: inputs };
  },
};

async function problemsOf(client: ClusterClient, inputs: Inputs): Promise<readonly Unsettled[]> {
  const { namespace, daemonSet, purpose } = inputs;
  const podsWith = (label: string) =>
    client.list<Pod>(`/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(label)}`);
  const set = await client.get<DaemonSet>(`/apis/apps/v1/namespaces/${namespace}/daemonsets/${daemonSet}`);
  if (set === undefined) return [{ text: `there is no DaemonSet ${namespace}/${daemonSet}`, failed: true }];
  if ((set.status?.observedGeneration ?? 0) < (set.metadata.generation ?? 0))
    return [{ text: `${daemonSet}: the cluster has not seen it yet`, failed: false }];
  const nodes = await client.list<Node>("/api/v1/nodes");
  const pods = await podsWith(`app=${daemonSet}`);
  const left = nodesLeft(nodes, pods, inputs.revision);
  const there = nodes
    .filter(isReady)
    .filter(({ metadata }) => left.every(({ node }) => node !== metadata.name));
  const asked = there.map((node) => unlike(client, node, currentPod(node, pods, inputs.revision), inputs));
  return [...left, ...(await Promise.all(asked)).flat()].map(({ node, reason, failed }) => ({
    text: `${node} ${purpose}: ${reason}`,
    failed,
  }));
}

/** Asks a node's pod the question, and says what is wrong with its answer. */
async function unlike(
  client: ClusterClient,
  node: Node,
  pod: Pod | undefined,
  { namespace, question }: Inputs,
): Promise<readonly Left[]> {
  if (question === undefined || pod === undefined) return [];
  const runtime = node.status.nodeInfo?.containerRuntimeVersion ?? "";
  const command = question.command.map((word) => (word === "{runtime}" ? runtime : word));
  const target = { namespace, pod: pod.metadata.name, container: question.container };
  const said = await exec(client, target, command, 10).then(
    ({ stdout, stderr }) => stdout.trim() || stderr.trim(),
    (error: Error) => error.message,
  );
  return said.startsWith(question.answer) ? [] : [{ node: node.metadata.name, reason: said, failed: true }];
}
