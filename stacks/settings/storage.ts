import { type ExternalStore, externalFields, externalStoreOf } from "./external-store.ts";
import { choice, yesNo } from "./scalars.ts";
import { inClusterFields, type StoreInCluster, storeInClusterOf } from "./store-in-cluster.ts";
import { object } from "./structures.ts";

/** Where the images lie. */
export type StorageSettings = StoreInCluster | ExternalStore;

export const readStorage = object(
  '{"kind": "in-cluster", "size": …} or {"kind": "external", "endpoint": …}',
  {
    kind: choice(["in-cluster", "external"]),
    ...inClusterFields,
    ...externalFields,
    adopt: yesNo,
  },
);

export type GivenStorage = NonNullable<ReturnType<typeof readStorage>>;

/** What was given, with the defaults of the target. */
export function storageOf(
  given: GivenStorage = {},
  usual: StorageSettings["kind"],
  nodeAddress: string | undefined,
): StorageSettings {
  const { kind = usual, adopt = false } = given;
  return kind === "external" ? externalStoreOf(given, adopt) : storeInClusterOf(given, adopt, nodeAddress);
}
