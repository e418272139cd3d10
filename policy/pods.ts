import type * as k8s from "@pulumi/kubernetes";

/** A pod's spec, of which a preview may not know everything. */
export type PodSpec = Partial<k8s.types.output.core.v1.PodSpec>;
export type Container = Partial<k8s.types.output.core.v1.Container>;

/** What a workload starts. */
export interface Pod {
  /** The label `app` of its pods. */
  readonly app: string;
  readonly spec: PodSpec;
  readonly containers: readonly Container[];
}

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: PodSpec;
}

interface Workload extends Template {
  readonly spec?: PodSpec & {
    readonly template?: Template;
    readonly jobTemplate?: { readonly spec?: { readonly template?: Template } };
  };
}

/** The kinds that start pods, with the templates in them. */
const templates: Readonly<Record<string, (object: Workload) => Template | undefined>> = {
  Pod: (object) => object,
  ReplicationController: ({ spec }) => spec?.template,
  Deployment: ({ spec }) => spec?.template,
  ReplicaSet: ({ spec }) => spec?.template,
  StatefulSet: ({ spec }) => spec?.template,
  DaemonSet: ({ spec }) => spec?.template,
  Job: ({ spec }) => spec?.template,
  CronJob: ({ spec }) => spec?.jobTemplate?.spec?.template,
};

/** The pod that an object starts, if it starts any. */
export function podOf(type: string, object: object): Pod | undefined {
  if (!type.startsWith("kubernetes:")) return undefined;
  const template = templates[type.split(":").at(-1) ?? ""]?.(object);
  if (template?.spec === undefined) return undefined;
  const { spec, metadata } = template;
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  return { app: metadata?.labels?.app ?? "", spec, containers };
}
