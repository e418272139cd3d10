import { revisionAnnotation } from "../render/names.ts";
import type { KubeObject } from "./client.ts";

/** The parts of the objects that a rollout is judged by. */
export interface Node extends KubeObject {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly effect: string }[];
  };
  readonly status: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly Condition[];
    readonly nodeInfo?: { readonly containerRuntimeVersion?: string; readonly kubeletVersion?: string };
  };
}

export interface DaemonSet extends KubeObject {
  readonly status?: { readonly observedGeneration?: number };
}

export interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly state?: { readonly running?: object; readonly waiting?: Stopped; readonly terminated?: Stopped };
  readonly lastState?: { readonly terminated?: Stopped };
}

interface Stopped {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
}

/** A node that is not there yet, and why. */
export interface Left {
  readonly node: string;
  readonly reason: string;
  /** Whether it has failed, and not merely begun. */
  readonly failed: boolean;
}

/**
 * The nodes without a pod of this revision that is ready, or as far as `isThere` says. A node that is not Ready itself has
 * nothing to show.
 */
export function nodesLeft(
  nodes: readonly Node[],
  pods: readonly Pod[],
  revision: string,
  isThere: (pod: Pod) => boolean = isReady,
): readonly Left[] {
  return nodes.filter(isReady).flatMap((node) => {
    const pod = currentPod(node, pods, revision);
    if (pod === undefined)
      return [{ node: node.metadata.name, reason: "its pod is not started yet", failed: false }];
    if (isThere(pod)) return [];
    return [{ node: node.metadata.name, reason: whyNotReady(pod), failed: hasFailed(pod) }];
  });
}

/** A node's pod of this revision. */
export function currentPod(node: Node, pods: readonly Pod[], revision: string): Pod | undefined {
  return pods.find(
    ({ spec, metadata }) =>
      spec.nodeName === node.metadata.name &&
      metadata.deletionTimestamp === undefined &&
      metadata.annotations?.[revisionAnnotation] === revision,
  );
}

/** Whether the kubelet has tried to run a pod and could not. */
export function hasFailed({ status }: Pod): boolean {
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const begins = [undefined, "ContainerCreating", "PodInitializing"];
  return containers.some(
    ({ state }) => !begins.includes(state?.waiting?.reason) || (state?.terminated?.exitCode ?? 0) !== 0,
  );
}

/** How a script of ours ends where it refuses what it found, which it would find again: sysexits' EX_CONFIG. */
const refusal = 78;

/** Whether a step before a pod's containers refuses to go on. */
export const isRefused = ({ status: { initContainerStatuses = [] } }: Pod) =>
  initContainerStatuses.some(({ state, lastState }) => {
    // Before it is tried again; where that has begun, it may find another end.
    const ended = state?.waiting === undefined ? state : lastState;
    return ended?.terminated?.exitCode === refusal;
  });

/** Whether all its containers run, also where they are not ready. */
export const isRunning = ({ status: { containerStatuses = [] } }: Pod) =>
  containerStatuses.length > 0 && containerStatuses.every(({ state }) => state?.running !== undefined);

/** The reason as the kubelet tells it. */
export function whyNotReady({ status }: Pod): string {
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const told = containers.flatMap(({ state, lastState }) => {
    if (state?.terminated?.exitCode === 0) return []; // its work is done
    const stopped = state?.waiting ?? state?.terminated;
    const before = lastState?.terminated;
    const message = [stopped?.message, before?.message].filter(Boolean).join("; ");
    return stopped?.reason === undefined ? [] : [message ? `${stopped.reason}: ${message}` : stopped.reason];
  });
  const conditions = (status.conditions ?? []).filter(({ status, message }) => status === "False" && message);
  return told[0] ?? conditions[0]?.message ?? "its pod is not ready yet";
}

/** Whether pods with tools of Linux can run on a node; one that does not say is taken for one. */
export const runsLinux = ({ metadata }: Node) =>
  (metadata.labels?.["kubernetes.io/os"] ?? "linux") === "linux";

/** Whether a node or a pod says that it is ready. */
export const isReady = ({ status }: Pick<Pod | Node, "status">) =>
  (status.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");
