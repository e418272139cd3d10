import { cloud } from "../cloud.ts";
import { singleNode } from "../single-node.ts";
import type { ExposeKind } from "./expose.ts";
import type { StorageSettings } from "./storage.ts";

/** What settings mean where nothing is said. A target has no other effect: every setting works on each. */
export interface TargetDefaults {
  /** Where the images lie. */
  readonly storage: StorageSettings["kind"];
  /** Whether each node's hosts file gets a line with `host`, where there is an address for it. */
  readonly hosts: boolean;
  /** How clients outside the cluster come to the registry. */
  readonly expose: ExposeKind;
  /** How many registries run, where no host port holds them to one. */
  readonly replicas: number;
}

/** The targets by name. */
export const targets = { "single-node": singleNode, cloud } as const satisfies Record<string, TargetDefaults>;

export type Target = keyof typeof targets;
