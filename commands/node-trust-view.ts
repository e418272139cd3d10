import { X509Certificate } from "node:crypto";
import type { ClusterClient } from "../cluster/client.ts";
import { exec } from "../cluster/exec.ts";
import { inTurns, nodesAtOnce } from "../cluster/in-turns.ts";
import { isReady, type Node, type Pod, runsLinux } from "../cluster/rollout-state.ts";

/** What a node says of its trust. */
export interface NodeTrustView {
  readonly node: string;
  /** As people call it, such as `k3s, containerd 2.1.5-k3s1`. */
  readonly runtime: string;
  readonly trusts: "yes" | "no" | "unknown";
  /** The generations that lie on it, such as `1 (9f3a12c4)`. */
  readonly authority: string;
  /** ISO 8601, or nothing. */
  readonly since: string;
  /** Why it does not, or what else there is to know. */
  readonly remarks: readonly string[];
}

/** Asks the agent of each node; `namespace` where several registries are on the cluster. */
export async function viewNodes(
  client: ClusterClient,
  namespace?: string,
): Promise<readonly NodeTrustView[]> {
  const where = namespace === undefined ? "" : `/namespaces/${namespace}`;
  const [nodes, pods] = await Promise.all([
    client.list<Node>("/api/v1/nodes"),
    client.list<Pod>(`/api/v1${where}/pods?labelSelector=app%3Dnode-trust`),
  ]);
  const agents = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (agents.length === 0)
    throw new Error(
      `no agent of a registry is ${namespace === undefined ? "on this cluster" : `in ${namespace}`}: nodeTrust is off, or it is another one`,
    );
  const linux = nodes
    .filter(runsLinux)
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name, "en", { numeric: true }));
  return inTurns(linux, nodesAtOnce, (node) => {
    const own = agents.filter(({ spec }) => spec.nodeName === node.metadata.name);
    return view(client, node, own.find(isReady) ?? own[0]);
  });
}

async function view(client: ClusterClient, node: Node, pod: Pod | undefined): Promise<NodeTrustView> {
  const { name } = node.metadata;
  const called = node.status.nodeInfo?.containerRuntimeVersion ?? "";
  const unknown = (reason: string): NodeTrustView => ({
    ...{ node: name, runtime: spoken(called), trusts: "unknown", authority: "", since: "" },
    remarks: [reason],
  });
  if (!isReady(node)) return unknown("it is not Ready");
  if (pod === undefined) return unknown("no agent runs on it");
  const target = { namespace: pod.metadata.namespace ?? "", pod: pod.metadata.name, container: "agent" };
  try {
    const { stdout, stderr } = await exec(client, target, ["sh", "/trust/trust.sh", "view", called], 10);
    return { node: name, ...understood(stdout || stderr, called) };
  } catch (error) {
    return unknown(error instanceof Error ? error.message : `${error}`);
  }
}

/** What `trust.sh view` says: lines of a word and a text, then certificates. */
export function understood(said: string, called: string): Omit<NodeTrustView, "node"> {
  const all = (word: string) =>
    [...said.matchAll(new RegExp(`^${word} (.*)$`, "gm"))].map(([, text = ""]) => text);
  const [kind = "", since, cannot] = ["runtime", "since", "cannot"].map((word) => all(word)[0]);
  const certificates = said.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  const known = since !== undefined || cannot !== undefined;
  return {
    runtime: spoken(called, kind),
    trusts: cannot !== undefined ? "no" : known ? "yes" : "unknown",
    authority: certificates.map(generation).join(" and "),
    since: since ?? "",
    remarks: [...(cannot === undefined ? [] : [cannot]), ...all("note"), ...(known ? [] : [said.trim()])],
  };
}

/** A runtime as the cluster calls it, with what it is a part of. */
function spoken(called: string, kind = ""): string {
  const name = called.replace("://", " ");
  return kind === "" || name.startsWith(kind.toLowerCase()) ? name : `${kind}, ${name}`.replace(/, $/, "");
}

/** The number that an authority of ours carries in its name, and how it is told from others. */
function generation(pem: string): string {
  try {
    const { subject, fingerprint256 } = new X509Certificate(pem);
    const [, number] = /CA (\d+)$/m.exec(subject) ?? [];
    const short = fingerprint256.replaceAll(":", "").slice(0, 8).toLowerCase();
    return number === undefined ? short : `${number} (${short})`;
  } catch {
    return "not a certificate";
  }
}
