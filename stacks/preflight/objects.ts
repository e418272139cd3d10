import type { ClusterClient } from "../../cluster/client.ts";
import {
  gatewayAuthority,
  kept,
  registryName,
  stackLabel,
  storeCertificate,
  storeKeys,
  storeName,
} from "../../render/names.ts";

/** What a stack makes in its namespace under a fixed name, by the API's path. */
const objects: readonly (readonly [path: string, names: readonly string[]])[] = [
  ["/apis/apps/v1/{ns}/deployments", [storeName, registryName]],
  ["/apis/apps/v1/{ns}/daemonsets", ["pull-proof"]],
  ["/api/v1/{ns}/services", [storeName, registryName, `${registryName}-metrics`]],
  ["/api/v1/{ns}/persistentvolumeclaims", [storeName]],
  ["/api/v1/{ns}/configmaps", [kept, "pull-proof-image", `${registryName}-metrics`]],
  [
    "/api/v1/{ns}/secrets",
    [
      storeKeys,
      storeCertificate,
      "registry-config",
      "registry-htpasswd",
      "pull-proof-push",
      "pull-proof-pull",
      gatewayAuthority,
    ],
  ],
  ["/apis/networking.k8s.io/v1/{ns}/ingresses", [registryName]],
  ["/apis/networking.k8s.io/v1/{ns}/networkpolicies", [storeName, registryName]],
];

/**
 * What others have in an existing namespace under a name that this stack would take: objects that exist are taken over,
 * so that a killed run can be repaired, and that must not be somebody else's.
 */
export async function foreignObjects(
  client: ClusterClient,
  namespace: string,
  stack: string,
): Promise<readonly string[]> {
  const problems = objects.map(async ([path, names]) => {
    const found = await client.list(path.replace("{ns}", `namespaces/${namespace}`));
    const foreign = found.filter(
      ({ metadata }) => names.includes(metadata.name) && metadata.labels?.[stackLabel] !== stack,
    );
    const kind = path.split("/").at(-1);
    return foreign.map(
      ({ metadata }) =>
        `namespace.existing: ${namespace} has ${kind}/${metadata.name} already, and it is not this stack's: choose another namespace, or remove it`,
    );
  });
  return (await Promise.all(problems)).flat();
}
