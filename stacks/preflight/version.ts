import type { ClusterClient } from "../../cluster/client.ts";
import { isReady, type Node, runsLinux } from "../../cluster/rollout-state.ts";

/**
 * The oldest minor versions of Kubernetes 1 that do: an API server that spreads the replicas of each revision
 * (`matchLabelKeys` of an affinity), and a kubelet that lets the registry outlive the gateway (a sidecar). What is older
 * drops such a field without a word.
 */
const least = { server: 31, kubelet: 29 };

/** The API server's version, where it tells; some providers add a sign to it. */
export async function serverVersion(client: ClusterClient): Promise<string | undefined> {
  const { major, minor } = Object(await client.get("/version"));
  return major === undefined || minor === undefined ? undefined : `v${major}.${minor}`;
}

/** What is too old for a registry. Nodes that nothing of it runs on may be. */
export function versionProblems(server: string | undefined, nodes: readonly Node[]): readonly string[] {
  const old = nodes.filter(
    (node) =>
      runsLinux(node) && isReady(node) && isOlder(node.status.nodeInfo?.kubeletVersion, least.kubelet),
  );
  return [
    ...(isOlder(server, least.server)
      ? [`cluster: expected Kubernetes 1.${least.server} or newer, got ${server}: upgrade its control plane`]
      : []),
    ...old.map(
      ({ metadata, status }) =>
        `cluster: expected Kubernetes 1.${least.kubelet} or newer on each node, got ${status.nodeInfo?.kubeletVersion} on ${metadata.name}: upgrade that node`,
    ),
  ];
}

/** Also `v1.31+` and `v1.31.4+k3s1`; what does not say so is not taken for old. */
function isOlder(version: string | undefined, minor: number): boolean {
  const found = /^v1\.(\d+)/.exec(version ?? "")?.[1];
  return found !== undefined && Number(found) < minor;
}
