import type { ClusterClient, KubeObject } from "../../cluster/client.ts";
import {
  nodesNamespace,
  nodeTrustName,
  registryName,
  servedAnnotation,
  stackLabel,
} from "../../render/names.ts";
import { certificatesIn } from "../../render/pem.ts";

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/**
 * Whose certificates the registry's servers show now, as PEM: nodes trust them until the servers show others. Noted at
 * the Deployment each time that they do; where it is not, all that the nodes trust. None where there is no registry yet.
 */
export async function servedBy(
  client: ClusterClient,
  namespace: string,
  stack: string,
): Promise<readonly string[]> {
  const [deployment, files] = await Promise.all([
    client.get(`/apis/apps/v1/namespaces/${namespace}/deployments/${registryName}`),
    client.get<ConfigMap>(`/api/v1/namespaces/${nodesNamespace(namespace)}/configmaps/${nodeTrustName}`),
  ]);
  const noted = ours(deployment, stack)?.metadata.annotations?.[servedAnnotation];
  const text = noted ?? ours(files, stack)?.data?.["ca.crt"] ?? "";
  return certificatesIn(text).map((certificate) => certificate.toString());
}

const ours = <T extends KubeObject>(object: T | undefined, stack: string): T | undefined =>
  object?.metadata.labels?.[stackLabel] === stack ? object : undefined;
