import * as pulumi from "@pulumi/pulumi";
import type { Storage } from "../../components/registry.ts";
import { storeName } from "../../render/names.ts";
import { externalStore } from "./external-store.ts";
import type { Ground } from "./ground.ts";
import { storeInCluster } from "./store-in-cluster.ts";

/** Where the images lie. */
export interface ImageStorage {
  /** How the registry reaches them. */
  readonly storage: Storage;
  readonly bucket: pulumi.Output<string>;
  /** What has to be there before a registry can answer. */
  readonly ready: pulumi.Resource;
  /** Where they are, by what it is called. */
  readonly where: Readonly<Record<string, pulumi.Input<string>>>;
  /** What outlives a destroy, a line each. */
  readonly kept: pulumi.Output<readonly string[]>;
  /** From where the engine reaches a store in the cluster; undefined where there is none. */
  readonly policed: readonly string[] | undefined;
  readonly made: readonly pulumi.Resource[];
  /** The ids of what is made in the cluster, known before anything is waited for. */
  readonly objects: pulumi.Output<readonly string[]>;
}

/** The store that the settings want, or the way to it. */
export function imageStorage(ground: Ground): ImageStorage {
  const { storage } = ground.settings;
  const store =
    storage.kind === "external" ? externalStore(storage, ground) : storeInCluster(storage, ground);
  const lines = pulumi.all([store.kept, leftBehind(ground)]);
  return { ...store, kept: lines.apply(([kept, left]) => [...kept, ...left]) };
}

/** The claim of a store that was in the cluster before, and the namespace that it would go with. */
function leftBehind({ settings, found, home: { namespace } }: Ground): pulumi.Output<readonly string[]> {
  if (!settings.keepImages || !found.claimLeft) return pulumi.output([]);
  const inside = settings.storage.kind === "in-cluster";
  return pulumi.all([
    ...(inside ? [] : [pulumi.interpolate`namespace ${namespace}`]),
    pulumi.interpolate`claim ${namespace}/${storeName}`,
  ]);
}
