import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Replicas } from "./registry.ts";

/** Keeps all but one of several registries while nodes are drained, and has their number follow what they have to do. */
export function scaled(
  name: string,
  { least, most, processorPercent }: Replicas,
  metadata: { readonly labels: { readonly app: string } } & k8s.types.input.meta.v1.ObjectMeta,
  deployment: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): readonly pulumi.CustomResource[] {
  if (Math.max(least, most ?? 1) === 1) return [];
  const budget = new k8s.policy.v1.PodDisruptionBudget(
    name,
    {
      metadata,
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: { app: metadata.labels.app } },
        // What does not work anyway is no reason to keep a node from being drained.
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      },
    },
    opts,
  );
  if (most === undefined) return [budget];
  const target = { type: "Utilization", averageUtilization: processorPercent };
  const scaler = new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    name,
    {
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment },
        minReplicas: least,
        maxReplicas: most,
        metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
      },
    },
    opts,
  );
  return [budget, scaler];
}
