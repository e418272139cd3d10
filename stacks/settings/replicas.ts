import type { Place, Reader } from "./reader.ts";
import { whole } from "./scalars.ts";
import { object } from "./structures.ts";

/** How many registries run. */
export interface ReplicaSettings {
  /** @default what the target says, and 1 where a node's port is opened */
  readonly least: number;
  /**
   * Up to how many there are when they have much to do.
   * @default none: there are always as many
   */
  readonly most?: number;
  /**
   * How busy their processors may be on average, in percent of what they ask for, before there are more.
   * @default 200
   */
  readonly processorPercent: number;
}

const count = whole({ least: 1, most: 50, example: 2 });

const fields = {
  least: count,
  most: count,
  processorPercent: whole({ least: 10, most: 10000, example: 200 }),
};

const readObject = object('{"least": 2, "most": 5}', fields);

const read: Reader<NonNullable<ReturnType<typeof readObject>>> = (value, at: Place) => {
  if (typeof value === "object" && value !== null) return readObject(value, at);
  const least = count(value, at);
  return least === undefined ? undefined : { least };
};

export const readReplicas = Object.assign(read, { fields });

/** What was given, with the defaults. */
export function replicasOf(given: ReturnType<typeof readReplicas> = {}, usual: number): ReplicaSettings {
  return { least: usual, processorPercent: 200, ...given };
}
