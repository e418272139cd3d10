import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient } from "../cluster/client.ts";
import { exec } from "../cluster/exec.ts";
import { requireCluster } from "../cluster/identity.ts";
import { isReady, type Node, type Pod } from "../cluster/rollout-state.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly cluster: ClusterAddress;
  /** What tells the cluster from any other; absent where a preview could not ask. */
  readonly uid?: string;
  readonly namespace: string;
  /** The DaemonSet whose pods run on the nodes. */
  readonly daemonSet: string;
  readonly container: string;
  /** Takes away all that a pod left on its node, and fails where something of it is left. */
  readonly command: readonly string[];
  /** What a person runs on a node that could not be reached. */
  readonly byHand: string;
}

/**
 * The clean departure of an agent from its nodes. Not by SIGTERM, which looks the same on a rollout, an eviction, a
 * reboot and a destroy. Made after the DaemonSet, and so deleted while its pods still run.
 */
export class Departure extends OwnResource {
  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("departure", name, inputs, opts);
  }
}

const patienceSeconds = 15;

export const provider: Provider<Inputs> = {
  async create(inputs) {
    return { id: `${inputs.namespace}/${inputs.daemonSet}`, outs: inputs };
  },
  async delete(_id, inputs) {
    const client = new ClusterClient(inputs.cluster);
    await requireCluster(client, inputs.uid);
    const [nodes, pods] = await Promise.all([
      client.list<Node>("/api/v1/nodes"),
      client.list<Pod>(`/api/v1/namespaces/${inputs.namespace}/pods?labelSelector=app%3D${inputs.daemonSet}`),
    ]);
    const left = (await Promise.all(nodes.map((node) => leave(client, node, pods, inputs)))).flat();
    for (const { node, reason } of left)
      console.error(`node ${node} was not cleaned: ${reason}; on that node run: ${inputs.byHand}`);
    const refused = left.filter(({ reachable }) => reachable);
    if (refused.length > 0)
      throw new Error(
        `${refused.map(({ node }) => node).join(", ")}: see above; run this again when it is mended`,
      );
  },
};

interface Uncleaned {
  readonly node: string;
  readonly reason: string;
  readonly reachable: boolean;
}

async function leave(
  client: ClusterClient,
  node: Node,
  pods: readonly Pod[],
  { namespace, container, command }: Inputs,
): Promise<readonly Uncleaned[]> {
  const name = node.metadata.name;
  const pod = pods.find(({ spec }) => spec.nodeName === name);
  if (!isReady(node)) return [{ node: name, reason: "it is not Ready", reachable: false }];
  if (pod === undefined) return [{ node: name, reason: "no agent runs on it", reachable: false }];
  try {
    const said = await exec(
      client,
      { namespace, pod: pod.metadata.name, container },
      command,
      patienceSeconds,
    );
    return said.ok ? [] : [{ node: name, reason: (said.stdout + said.stderr).trim(), reachable: true }];
  } catch (error) {
    return [{ node: name, reason: error instanceof Error ? error.message : `${error}`, reachable: false }];
  }
}
