import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient } from "../cluster/client.ts";
import { exec, isForbidden } from "../cluster/exec.ts";
import { deleteFailedPods } from "../cluster/failed-pods.ts";
import { inTurns, nodesAtOnce } from "../cluster/in-turns.ts";
import {
  currentPod,
  type DaemonSet,
  isReady,
  isRunning,
  type Left,
  type Node,
  nodesLeft,
  type Pod,
  runsLinux,
} from "../cluster/rollout-state.ts";
import { type Patience, settled, type Unsettled } from "../cluster/settled.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

/**
 * What a pod that runs is asked, by a command in its container: a node is there once the answer begins as expected, and
 * what follows in further lines is told.
 */
interface Question {
  readonly container: string;
  /** The word `{runtime}` stands for what the node says of its own, such as containerd://2.2.7. */
  readonly command: readonly string[];
  readonly answer: string;
  /**
   * The exit code of an answer that hardly changes by itself.
   * @default none is known
   */
  readonly lastingCode?: number;
  /**
   * After which time a node that gives no answer at all is passed over, whatever the cluster still believes of it.
   * @default 45
   */
  readonly silentSeconds?: number;
}

/** The DNS record that nodes need where none of their own files says where the registry's host is. */
export interface DnsRecord {
  readonly host: string;
  /** An address, or words for what has one. */
  readonly leadsTo: string;
}

interface Inputs extends Patience {
  readonly cluster: ClusterAddress;
  readonly namespace: string;
  /** The DaemonSet's name. */
  readonly daemonSet: string;
  /** What its pods have to carry as their revision. */
  readonly revision: string;
  readonly question?: Question;
  /** What it is for, as a sentence's beginning: `node-2 does not …`. */
  readonly purpose: string;
  readonly record?: DnsRecord;
}

interface State extends Inputs {
  /** The nodes that were not Ready or gave no answer, and so are not known to be there. */
  readonly skipped?: readonly string[];
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

export const provider: Provider<Inputs, State> = {
  // The address of the same cluster may change without a word about its nodes.
  async diff(olds, news) {
    const keys = ["namespace", "daemonSet", "revision"] as const;
    if (keys.some((key) => olds[key] !== news[key])) return { changes: true };
    return { changes: await anyIsBack(olds.skipped ?? [], news) };
  },
  async create(inputs) {
    const client = new ClusterClient(inputs.cluster);
    await deleteFailedPods(client, inputs.namespace, `app=${inputs.daemonSet}`);
    const heard = { answered: new Set<string>(), silentSince: new Map<string, number>() };
    let skipped: readonly string[] = [];
    await settled(async () => {
      const nodes = await linuxNodes(client);
      const asked = nodes.filter((node) => isReady(node) && !isSilent(node, inputs, heard));
      skipped = nodes.filter((node) => !asked.includes(node)).map(nameOf);
      return problemsOf(client, inputs, asked, heard);
    }, inputs);
    for (const node of skipped) {
      const how = heard.silentSince.has(node) ? "gives no answer" : "is not Ready";
      console.error(passedOver(node, how, inputs));
    }
    return { id: `${inputs.namespace}/${inputs.daemonSet}`, outs: { ...inputs, skipped } };
  },
};

/** What the nodes said while they were waited for. */
interface Heard {
  /** The pods that have answered, by their uid. */
  readonly answered: Set<string>;
  /** Since when a node has given no answer. */
  readonly silentSince: Map<string, number>;
}

const passedOver = (node: string, how: string, { purpose }: Inputs) =>
  `${node} ${how} and was passed over: it may be one that ${purpose}`;

function isSilent(node: Node, { question }: Inputs, { silentSince }: Heard): boolean {
  const since = silentSince.get(nameOf(node)) ?? Number.POSITIVE_INFINITY;
  return performance.now() - since >= (question?.silentSeconds ?? 45) * 1000;
}

/**
 * Whether one of the nodes that were passed over can be asked now. One that stays dead is no change: there is nothing
 * that an update could find out.
 */
async function anyIsBack(skipped: readonly string[], inputs: Inputs): Promise<boolean> {
  if (skipped.length === 0) return false;
  try {
    const nodes = await linuxNodes(new ClusterClient(inputs.cluster));
    const known = nodes.filter((node) => skipped.includes(nameOf(node)));
    for (const node of known)
      if (!isReady(node)) console.error(passedOver(nameOf(node), "is not Ready", inputs));
    return known.some(isReady);
  } catch {
    return false; // a preview is possible also where the cluster is out of reach
  }
}

async function problemsOf(
  client: ClusterClient,
  inputs: Inputs,
  nodes: readonly Node[],
  heard: Heard,
): Promise<readonly Unsettled[]> {
  const { namespace, daemonSet, purpose, revision, record, question } = inputs;
  const set = await client.get<DaemonSet>(`/apis/apps/v1/namespaces/${namespace}/daemonsets/${daemonSet}`);
  if (set === undefined) return [{ text: `there is no DaemonSet ${namespace}/${daemonSet}`, failed: true }];
  if ((set.status?.observedGeneration ?? 0) < (set.metadata.generation ?? 0))
    return [{ text: `${daemonSet}: the cluster has not seen it yet`, failed: false }];
  if (nodes.length === 0 && heard.silentSince.size === 0)
    return [{ text: `${daemonSet}: no node is Ready`, failed: false }];
  const selector = encodeURIComponent(`app=${daemonSet}`);
  const pods = await client.list<Pod>(`/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`);
  // One that can be asked says itself what keeps it from being ready.
  const left = nodesLeft(nodes, pods, revision, question && isRunning);
  for (const { node } of left) heard.silentSince.delete(node); // a pod that starts is no silent one
  if (nodes.length === 0 && heard.answered.size === 0)
    return [{ text: `${daemonSet}: no node answers when it is asked`, failed: true }];
  const there = nodes.filter((node) => left.every((one) => one.node !== nameOf(node)));
  const asked = await inTurns(there, nodesAtOnce, (node) =>
    unlike(client, node, currentPod(node, pods, revision), inputs, heard),
  );
  const all: readonly Unready[] = [...left, ...asked.flat()];
  return all.map(({ node, reason, failed, lasting }) => ({
    text: `${node} ${purpose}: ${reason}${remedyOf(reason, record)}`,
    failed,
    lasting: lasting ?? false,
  }));
}

/** A node that is asked may also say that it will not change by itself. */
interface Unready extends Left {
  readonly lasting?: boolean;
}

/** Of all reasons the one that is mended outside the cluster. */
function remedyOf(reason: string, record: DnsRecord | undefined): string {
  const unknown = reason.includes("no such host") && reason.split(/[\s:]/).includes(record?.host ?? "");
  if (record === undefined || !unknown) return "";
  return `: give ${record.host} a DNS record that leads to ${record.leadsTo}, then run up again`;
}

/** Asks a node's pod the question, unless it has answered already, and says what is wrong with its answer. */
async function unlike(
  client: ClusterClient,
  node: Node,
  pod: Pod | undefined,
  { namespace, question }: Inputs,
  { answered, silentSince }: Heard,
): Promise<readonly Unready[]> {
  if (question === undefined || pod === undefined || answered.has(pod.metadata.uid)) return [];
  const name = nameOf(node);
  const runtime = node.status.nodeInfo?.containerRuntimeVersion ?? "";
  const command = question.command.map((word) => (word === "{runtime}" ? runtime : word));
  const target = { namespace, pod: pod.metadata.name, container: question.container };
  try {
    const { code, stdout, stderr } = await exec(client, target, command, 10);
    silentSince.delete(name);
    const [first = "", ...more] = (stdout.trim() || stderr.trim()).split("\n");
    if (!first.startsWith(question.answer)) {
      const lasting = code === question.lastingCode;
      return [{ node: name, reason: [first, ...more].join("\n"), failed: true, lasting }];
    }
    answered.add(pod.metadata.uid);
    for (const line of more) console.error(`${name}: ${line}`);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : `${error}`;
    // What the API server forbids is no silence of the node's.
    if (isForbidden(reason)) return [{ node: name, reason, failed: true }];
    if (!silentSince.has(name)) silentSince.set(name, performance.now());
    return [{ node: name, reason, failed: false }];
  }
}

/** Elsewhere no pod of a DaemonSet of ours is scheduled. */
const linuxNodes = async (client: ClusterClient) =>
  (await client.list<Node>("/api/v1/nodes")).filter(runsLinux);

const nameOf = ({ metadata }: Node) => metadata.name;
