import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient } from "../cluster/client.ts";
import { distributionOf } from "../cluster/distribution.ts";
import { exec } from "../cluster/exec.ts";
import { requireCluster } from "../cluster/identity.ts";
import { inTurns, nodesAtOnce } from "../cluster/in-turns.ts";
import { isReady, type Node, type Pod, runsLinux } from "../cluster/rollout-state.ts";
import { removalByHand } from "../render/removal-by-hand.ts";
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
  /** What marks things as this stack's on a node: a person removes them where no agent can. */
  readonly owner: string;
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
    const asked = nodes.filter(runsLinux);
    const left = (await inTurns(asked, nodesAtOnce, (node) => leave(client, node, pods, inputs))).flat();
    for (const { node, reason, byHand } of left)
      console.error(`node ${node} was not cleaned: ${reason}; on that node run as root: ${byHand}`);
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
  /** Whether its agent was there to say so. */
  readonly reachable: boolean;
  /** What a person runs there instead. */
  readonly byHand: string;
}

async function leave(
  client: ClusterClient,
  node: Node,
  pods: readonly Pod[],
  { namespace, container, command, owner }: Inputs,
): Promise<readonly Uncleaned[]> {
  const name = node.metadata.name;
  const uncleaned = (reason: string, reachable = false): readonly Uncleaned[] => [
    { node: name, reason, reachable, byHand: removalByHand(owner, distributionOf(node)) },
  ];
  const pod = pods.find(
    ({ spec, metadata }) => spec.nodeName === name && metadata.deletionTimestamp === undefined,
  );
  if (!isReady(node)) return uncleaned("it is not Ready");
  if (pod === undefined) return uncleaned("no agent runs on it");
  const target = { namespace, pod: pod.metadata.name, container };
  try {
    const said = await exec(client, target, command, patienceSeconds);
    return said.code === 0 ? [] : uncleaned((said.stdout + said.stderr).trim(), true);
  } catch (error) {
    return uncleaned(error instanceof Error ? error.message : `${error}`);
  }
}
