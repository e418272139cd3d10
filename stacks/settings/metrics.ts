import { readLabels } from "./labels.ts";
import { namespaceName } from "./names.ts";
import { onOff } from "./node-trust.ts";
import type { Place, Reader } from "./reader.ts";
import { list, object } from "./structures.ts";

/** What is measured, for whom. */
export interface MetricsSettings {
  /** @default false */
  readonly enabled: boolean;
  /**
   * The namespaces whose pods may read it.
   * @default [], all of them
   */
  readonly namespaces: readonly string[];
  /**
   * Labels of what Prometheus' operator reads, beside the stack's own.
   * @default {}
   */
  readonly labels: Readonly<Record<string, string>>;
}

const fields = {
  namespaces: list('a list of namespaces such as ["monitoring"]', namespaceName, { unlike: String }),
  labels: readLabels,
};
const readObject = object('{"namespaces": ["monitoring"]}', fields);

const read: Reader<Partial<MetricsSettings>> = (value, at: Place) => {
  if (typeof value === "object" && value !== null) {
    const found = readObject(value, at);
    return found && { enabled: true, ...found };
  }
  const word = onOff(value, at);
  return word && { enabled: word === "on" };
};

export const readMetrics = Object.assign(read, { fields });

/** What was given, with the defaults. */
export const metricsOf = (given: Partial<MetricsSettings> = {}): MetricsSettings => ({
  enabled: false,
  namespaces: [],
  labels: {},
  ...given,
});
