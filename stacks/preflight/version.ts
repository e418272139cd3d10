import type { ClusterClient } from "../../cluster/client.ts";
import type { Node } from "../../cluster/rollout-state.ts";

/** The oldest minor versions of Kubernetes 1 that know all that is used of them. */
const least = { server: 31, kubelet: 29 };

interface Version {
  readonly major: string;
  /** Some providers add a sign to the number. */
  readonly minor: string;
}

/** The API server's version, where it tells. */
export async function serverVersion(client: ClusterClient): Promise<string | undefined> {
  const found: unknown = await client.get("/version");
  const { major, minor } = (found ?? {}) as Partial<Version>;
  return major === undefined || minor === undefined ? undefined : `v${major}.${minor}`;
}

/** What is too old for a registry: it drops fields that it does not know, without a word. */
export function versionProblems(server: string | undefined, nodes: readonly Node[]): readonly string[] {
  const old = nodes.filter(({ status }) => isOlder(status.nodeInfo?.kubeletVersion, least.kubelet));
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
