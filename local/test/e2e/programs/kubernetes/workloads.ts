import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { at, labelledAt, labels, pods } from "./stage.ts";

const nowhere = { nodeSelector: { "example.com/none": "nowhere" } };

/** What runs pods; none of them ever does. */
export function workloads(opts: pulumi.CustomResourceOptions): void {
  const chosen = { app: at("web", "web", "other") };
  new k8s.apps.v1.Deployment(
    "web",
    {
      metadata: { name: "web" },
      spec: {
        replicas: 0,
        selector: { matchLabels: chosen },
        template: pods(at("none:1", "none:2"), chosen),
      },
    },
    opts,
  );
  new k8s.apps.v1.StatefulSet(
    "ordered",
    {
      metadata: { name: "ordered" },
      spec: {
        replicas: 0,
        serviceName: at("web", "other"),
        selector: { matchLabels: labels },
        template: pods(at("none:1", "none:1", "none:2")),
      },
    },
    opts,
  );
  const template = pods("none:1", chosen);
  const selecting = { nodeSelector: { "example.com/none": at("a", "b") } };
  new k8s.apps.v1.DaemonSet(
    "everywhere",
    {
      metadata: { name: "everywhere" },
      spec: {
        selector: { matchLabels: chosen },
        template: { ...template, spec: { ...template.spec, ...selecting } },
      },
    },
    opts,
  );
  const container = { name: "main", image: at("none:1", "none:2") };
  // Nothing to complete: done at once.
  new k8s.batch.v1.Job(
    "once",
    {
      metadata: { name: "once", ...labelledAt(3) },
      spec: { completions: 0, template: { spec: { restartPolicy: "Never", containers: [container] } } },
    },
    opts,
  );
  // Neither its start nor its end is waited for; deleted in the background, it leaves its name at once.
  const annotations = {
    "pulumi.com/skipAwait": "true",
    "pulumi.com/deletionPropagationPolicy": "background",
  };
  new k8s.core.v1.Pod(
    "alone",
    {
      metadata: { name: "alone", annotations, ...labelledAt(3) },
      spec: { ...nowhere, terminationGracePeriodSeconds: 0, containers: [container] },
    },
    opts,
  );
  new k8s.policy.v1.PodDisruptionBudget(
    "budget",
    {
      metadata: { name: at("budget", "budget", "budget-3") },
      spec: { minAvailable: at(1, 2), selector: { matchLabels: labels } },
    },
    opts,
  );
}

/** An object of an API version that no cluster of these days has. */
export function outdated(opts: pulumi.CustomResourceOptions): void {
  new k8s.policy.v1beta1.PodDisruptionBudget("outdated", { spec: { minAvailable: 1 } }, opts);
}

/** A Deployment that cannot get ready. */
export function stuck(opts: pulumi.CustomResourceOptions): void {
  const seconds = process.env.PATIENCE ?? "5";
  const container = { name: "main", image: "none:1", imagePullPolicy: "Never" };
  const template = { metadata: { labels: { app: "stuck" } }, spec: { ...nowhere, containers: [container] } };
  new k8s.apps.v1.Deployment(
    "stuck",
    { metadata: { name: "stuck" }, spec: { selector: { matchLabels: { app: "stuck" } }, template } },
    { ...opts, customTimeouts: { create: `${seconds}s`, update: `${seconds}s` } },
  );
}
