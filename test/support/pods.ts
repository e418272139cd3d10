import type * as k8s from "@pulumi/kubernetes";
import { identityOf, type Recorded } from "./recorded.ts";

/** What a workload starts. */
export interface Pods {
  /** `type name` of the workload. */
  readonly identity: string;
  readonly namespace: string;
  /** What the workload knows its pods by. */
  readonly selector: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: k8s.types.output.core.v1.PodSpec;
  readonly containers: readonly k8s.types.output.core.v1.Container[];
}

interface Workload {
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly selector: { readonly matchLabels: Pods["selector"] };
    readonly template: {
      readonly metadata: Pick<Pods, "labels"> & Partial<Pick<Pods, "annotations">>;
      readonly spec: Pods["spec"];
    };
  };
}

/** The pods that a program's workloads start. */
export function podsOf(recorded: Recorded): readonly Pods[] {
  const workloads = ["Deployment", "DaemonSet"].flatMap((type) => recorded.of(type));
  return workloads.map(({ type, name, inputs }) => {
    const { metadata, spec } = inputs as unknown as Workload;
    const { template } = spec;
    return {
      identity: identityOf({ type, name }),
      namespace: metadata.namespace,
      selector: spec.selector.matchLabels,
      labels: template.metadata.labels,
      annotations: template.metadata.annotations ?? {},
      spec: template.spec,
      containers: [...(template.spec.initContainers ?? []), ...template.spec.containers],
    };
  });
}

/** The pods of one workload. */
export function podsIn(recorded: Recorded, identity: string): Pods {
  const found = podsOf(recorded).find((pods) => pods.identity === identity);
  if (found === undefined) throw new Error(`expected pods of ${identity}, got:\n${recorded.list.join("\n")}`);
  return found;
}
