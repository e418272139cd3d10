import { X509Certificate } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ClusterAddress } from "../cluster/client.ts";
import { type GatewayCertificate, gatewayConfig } from "../render/gateway.ts";
import { uploadsAtOnce } from "../render/memory.ts";
import { labelsOf, registryName, revisionAnnotation } from "../render/names.ts";
import { type Notified, registryConfig, storeConnectionsKept } from "../render/registry-config.ts";
import { digestOf, revisionOf } from "../render/revision.ts";
import { DeploymentReady } from "../resources/deployment-ready.ts";
import { GatewayServes } from "../resources/gateway-serves.ts";
import { PodsGone } from "../resources/pods-gone.ts";
import type { Entry } from "./accounts.ts";
import {
  certificateFiles,
  endsFile,
  gatewayFiles,
  gatewayPort,
  metricsPort,
  registryPod,
  secondsToEnd,
} from "./registry-pod.ts";
import { scaled } from "./registry-scaling.ts";

/** What a container may use at the most, as quantities. */
export interface Limits {
  readonly memory: string;
  /** @default no limit */
  readonly cpu?: string;
}

/** Where the registry keeps images. */
export interface Storage {
  readonly endpoint: pulumi.Input<string>;
  readonly bucket: pulumi.Input<string>;
  readonly accessKey: pulumi.Input<string>;
  readonly secretKey: pulumi.Input<string>;
  readonly region: string;
  /** Whether the bucket is named in the path, or before the host. */
  readonly pathStyle: boolean;
  /** Whether it answers at once, as one in the cluster does: of one far away much has to be asked at a time. */
  readonly near: boolean;
  /** Whose certificate the endpoint shows; undefined for the authorities that the image knows. */
  readonly caCertificate: pulumi.Input<string> | undefined;
}

/** What the gateway shows: a pair, or the Secret that holds one and is renewed by others. */
export type ServedCertificate =
  | Readonly<Record<"certificate" | "privateKey", pulumi.Output<string>>>
  | Readonly<Record<"secretName", pulumi.Output<string>>>;

/** How many registries run. */
export interface Replicas {
  readonly least: number;
  /** @default as many as `least`, always */
  readonly most?: number;
  /** How busy their processors may be on average before there are more, in percent of what they ask for. */
  readonly processorPercent: number;
}

/** How a Registry is made. */
export interface RegistryArgs {
  readonly namespace: pulumi.Input<string>;
  /** Whether a destroy takes it away, with all that is in it. */
  readonly namespaceGoes: boolean;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly cluster: ClusterAddress;
  /** The port that it opens on its node, to which it is pinned; undefined where clients come by its Service. */
  readonly hostPort?: number | undefined;
  /** That node; undefined where no cluster could be asked. */
  readonly node?: string | undefined;
  readonly replicas: Replicas;
  /** @default the cluster's default */
  readonly priorityClass?: string | undefined;
  /** How long it takes until nobody is sent to a pod that ends. */
  readonly drainSeconds: number;
  readonly images: { readonly registry: string; readonly gateway: string };
  readonly limits: { readonly registry: Limits; readonly gateway: Limits };
  readonly certificate: ServedCertificate;
  /** Whom clients have to trust for it, as PEM. */
  readonly authority: pulumi.Input<string>;
  readonly accounts: pulumi.Input<readonly Entry[]>;
  readonly storage: Storage;
  /** Who is told of what happens; their headers are secrets. */
  readonly notifications: pulumi.Input<readonly Notified[]>;
  /** Whether it measures what it does, and tells on a port of its own. */
  readonly metrics: boolean;
}

/** The registry: distribution, which only its pod can talk to, behind a gateway that knows TLS, accounts and roles. */
export class Registry extends pulumi.ComponentResource {
  /** The ids of what it makes in the cluster, known before anything is waited for. */
  readonly objects: pulumi.Output<readonly string[]>;

  constructor(name: string, args: RegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:Registry", name, {}, opts);
    const own = { parent: this, deleteBeforeReplace: true };
    const labels = labelsOf(registryName, args.stack);
    const named = (objectName: string) => ({ name: objectName, namespace: args.namespace, labels });

    const httpSecret = new random.RandomPassword(
      `${name}-http-secret`,
      { length: 48, special: false },
      { parent: this },
    );
    const config = pulumi
      .all([args.storage, httpSecret.result, args.notifications])
      .apply(([storage, secret, notifications]) =>
        registryConfig({
          ...storage,
          httpSecret: secret,
          notifications,
          ...(args.metrics && { metrics: metricsAddress }),
          alone: args.hostPort !== undefined,
        }),
      );
    const gateway = pulumi.all([args.accounts, shown(args.certificate)]).apply(([accounts, certificate]) =>
      gatewayConfig({
        listen: gatewayPort,
        upstream: "127.0.0.1:5000",
        accounts,
        uploadsAtOnce: uploadsAtOnce(args.limits.registry.memory),
        manifestsAtOnce: args.storage.near ? storeConnectionsKept : undefined,
        certificate,
        folder: gatewayFiles.folder,
        shutdownDelaySeconds: args.drainSeconds,
        ...(args.metrics && {
          metrics: { listen: metricsPort, registry: metricsAddress, expires: endOf(certificate) },
        }),
      }),
    );
    const configs = new k8s.core.v1.Secret(
      `${name}-config`,
      {
        metadata: named("registry-config"),
        stringData: {
          "config.yml": config,
          "caddy.json": gateway,
          ...(args.storage.caCertificate !== undefined && { "ca.crt": args.storage.caCertificate }),
        },
      },
      own,
    );
    const gone = new PodsGone(
      `${name}-gone`,
      {
        cluster: args.cluster,
        namespace: args.namespace,
        app: registryName,
        patienceSeconds: secondsToEnd(args) + 20,
        namespaceGoes: args.namespaceGoes,
        drainSeconds: args.drainSeconds,
      },
      { parent: this },
    );
    const deployment = new k8s.apps.v1.Deployment(
      name,
      {
        metadata: { ...named(registryName), annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          // With an autoscaler their number is its business.
          ...(args.replicas.most === undefined && { replicas: args.replicas.least }),
          // With a host port the new pod could not start before the old one is gone.
          strategy:
            args.hostPort === undefined
              ? { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
              : { type: "Recreate" },
          selector: { matchLabels: { app: registryName } },
          template: {
            metadata: {
              labels,
              annotations: {
                // Not of the gateway's: it takes a new one as it runs.
                [revisionAnnotation]: revisionOf([config, args.storage.caCertificate ?? ""]),
              },
            },
            spec: registryPod(args, configs.metadata.name),
          },
        },
      },
      { ...own, dependsOn: [gone] },
    );
    const ready = new DeploymentReady(
      `${name}-ready`,
      {
        cluster: args.cluster,
        namespace: args.namespace,
        deployment: registryName,
        uid: deployment.metadata.uid,
        generation: deployment.metadata.generation,
        patienceSeconds: 300,
      },
      { parent: this },
    );
    new GatewayServes(
      `${name}-serves`,
      {
        cluster: args.cluster,
        namespace: args.namespace,
        app: registryName,
        container: "gateway",
        folder: gatewayFiles.folder,
        digest: pulumi.unsecret(gateway.apply(digestOf)), // of a text with a private key, so it tells nothing of it
        authority: args.authority,
        patienceSeconds: 180,
      },
      { parent: this, dependsOn: [configs, ready] },
    );
    const scaling = scaled(name, args.replicas, named(registryName), deployment.metadata.name, own);
    this.objects = pulumi.all([configs, deployment, ...scaling].map(({ id }) => id));
    this.registerOutputs({});
  }
}

/** Where distribution tells what it measures, in its pod. */
const metricsAddress = "127.0.0.1:5001";

/** When the first certificate of a chain ends, in seconds since 1970; where others renew it, the gateway notes that. */
const endOf = (shown: GatewayCertificate) =>
  "certificate" in shown
    ? Math.floor(new X509Certificate(shown.certificate).validToDate.getTime() / 1000)
    : { file: endsFile };

/** The same as the gateway's configuration has it. */
const shown = (certificate: ServedCertificate): pulumi.Output<GatewayCertificate> =>
  "secretName" in certificate
    ? certificate.secretName.apply((): GatewayCertificate => certificateFiles)
    : pulumi
        .all([certificate.certificate, certificate.privateKey])
        .apply(([pem, privateKey]): GatewayCertificate => ({ certificate: pem, privateKey }));
