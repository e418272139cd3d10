import { bytes, millicores, probablyMeant } from "./quantity.ts";
import type { Place, Reader } from "./reader.ts";
import { type Fault, text } from "./scalars.ts";
import { object } from "./structures.ts";

/** What one container may use at the most. */
export interface Limits {
  readonly memory: string;
  /** @default no limit */
  readonly cpu?: string;
}

/** What the containers may use at the most. */
export interface ResourceSettings {
  /** @default { memory: "256Mi" } */
  readonly registry: Limits;
  /** @default { memory: "192Mi" } */
  readonly gateway: Limits;
  /** @default { memory: "256Mi" } */
  readonly store: Limits;
}

const notMemory =
  (least: string, why: string): Fault =>
  (quantity) => {
    const size = bytes(quantity);
    if (size !== undefined) return size < (bytes(least) ?? 0) ? why : undefined;
    if (/^\d+m$/.test(quantity)) return `m means thousandths: write ${quantity.slice(0, -1)}Mi`;
    const meant = probablyMeant(quantity);
    return meant === undefined || meant === quantity ? "" : `write ${meant}`;
  };

const notCpu: Fault = (quantity) => {
  const thousandths = millicores(quantity);
  if (thousandths === undefined) return "";
  return thousandths < 10 ? "with less it answers no probe in time" : undefined;
};

const cpuText = text("processors such as 500m or 2, at least 10m", notCpu, { example: "500m" });
/** Takes a number too, because `pulumi config set --path` makes one of `2`. */
const cpu: Reader<string> = (value, at: Place) =>
  cpuText(typeof value === "number" ? String(value) : value, at);

const limits = (least: string, example: string, why: string) =>
  object('{"memory": …, "cpu": …}', {
    memory: text(`a quantity of at least ${least}`, notMemory(least, why), { example }),
    cpu,
  });

export const readResources = object('{"registry": …, "gateway": …, "store": …}', {
  registry: limits("64Mi", "256Mi", "each push in flight holds a part of its upload in memory"),
  gateway: limits("64Mi", "192Mi", "it holds 59 MB under load"),
  store: limits("64Mi", "256Mi", "each push in flight holds a part of its upload in memory"),
});

/** What was given, with the defaults. */
export function resourcesOf(given: ReturnType<typeof readResources> = {}): ResourceSettings {
  return {
    registry: { memory: "256Mi", ...given.registry },
    gateway: { memory: "192Mi", ...given.gateway },
    store: { memory: "256Mi", ...given.store },
  };
}
