import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { alertsOf } from "../render/alerts.ts";
import { metricsPaths } from "../render/gateway-metrics.ts";
import { labelsOf, registryName } from "../render/names.ts";
import { metricsPort } from "./registry-pod.ts";

/** How Monitoring is made. */
export interface MonitoringArgs {
  readonly namespace: pulumi.Input<string>;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  /** The registry's Service, by whose name in the cluster its certificate is checked. */
  readonly service: pulumi.Input<string>;
  /**
   * What its certificate is for instead, where that is brought.
   * @default the Service's name in the cluster
   */
  readonly serverName?: string | undefined;
  /** Who issued that certificate. */
  readonly caCertificate: pulumi.Input<string>;
  /** Labels of what Prometheus' operator reads, beside those of every part: by them it may choose. */
  readonly labels: Readonly<Record<string, string>>;
  /** Which kinds of Prometheus' operator the cluster has. */
  readonly kinds: { readonly serviceMonitor: boolean; readonly prometheusRule: boolean };
}

/** What those need who measure a registry: a Service for each pod, and what Prometheus' operator reads. */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:Monitoring", name, {}, opts);
    const own = { parent: this, deleteBeforeReplace: true };
    const labels = labelsOf(`${registryName}-metrics`, args.stack);
    const metadata = { name: `${registryName}-metrics`, namespace: args.namespace, labels };
    new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { ...metadata, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          clusterIP: "None", // each pod is asked for itself
          selector: { app: registryName },
          ports: [{ name: "metrics", port: metricsPort, targetPort: "metrics" }],
        },
      },
      own,
    );
    const authority = new k8s.core.v1.ConfigMap(
      `${name}-authority`,
      { metadata, data: { "ca.crt": args.caCertificate } },
      own,
    );
    const coreos = {
      apiVersion: "monitoring.coreos.com/v1",
      metadata: { ...metadata, labels: { ...args.labels, ...labels } },
    };
    if (args.kinds.serviceMonitor) {
      const endpoint = {
        port: "metrics",
        scheme: "https",
        tlsConfig: {
          ca: { configMap: { name: authority.metadata.name, key: "ca.crt" } },
          serverName: args.serverName ?? pulumi.interpolate`${args.service}.${args.namespace}.svc`,
        },
      };
      new k8s.apiextensions.CustomResource(
        `${name}-scrape`,
        {
          ...coreos,
          kind: "ServiceMonitor",
          spec: {
            selector: { matchLabels: { app: labels.app } },
            // Else what two of them tell by the same name would be one and the same.
            endpoints: Object.values(metricsPaths).map((path) => ({
              ...endpoint,
              path,
              relabelings: [{ sourceLabels: ["__metrics_path__"], targetLabel: "metrics_path" }],
            })),
          },
        },
        own,
      );
    }
    if (args.kinds.prometheusRule)
      new k8s.apiextensions.CustomResource(
        `${name}-alerts`,
        {
          ...coreos,
          kind: "PrometheusRule",
          spec: {
            groups: [
              {
                name: "edge-registry",
                rules: pulumi.output(args.namespace).apply((namespace) => [...alertsOf(namespace)]),
              },
            ],
          },
        },
        own,
      );
    this.registerOutputs({});
  }
}
