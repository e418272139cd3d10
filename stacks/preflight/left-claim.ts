import type { ClusterClient } from "../../cluster/client.ts";
import { stackLabel, storeName } from "../../render/names.ts";
import type { Settings } from "../settings.ts";

/**
 * Whether the namespace has a claim of this stack's that the settings no longer use: the images that were there before
 * they were had elsewhere. It goes with its namespace.
 */
export async function leftClaim(
  client: ClusterClient,
  { storage, namespace }: Pick<Settings, "storage" | "namespace">,
  stack: string,
): Promise<boolean> {
  if (storage.kind === "in-cluster" && storage.volume.kind === "storageClasses") return false;
  const claim = await client.get(`/api/v1/namespaces/${namespace.name}/persistentvolumeclaims/${storeName}`);
  return claim?.metadata.labels?.[stackLabel] === stack && claim.metadata.deletionTimestamp === undefined;
}
