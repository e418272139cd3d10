import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ClusterAddress } from "../cluster/client.ts";
import { gatewayConfig, graceSeconds } from "../render/gateway.ts";
import { confined, hardenedPod, unprivileged } from "../render/hardening.ts";
import { uploadsAtOnce } from "../render/memory.ts";
import { labelsOf, registryName, revisionAnnotation } from "../render/names.ts";
import { pinnedTo } from "../render/placement.ts";
import { gatewayProcess, type Process, registryProcess } from "../render/processes.ts";
import { registryConfig } from "../render/registry-config.ts";
import { revisionOf } from "../render/revision.ts";
import { DeploymentReady } from "../resources/deployment-ready.ts";
import { PodsGone } from "../resources/pods-gone.ts";
import type { Entry } from "./accounts.ts";
import type { KeyPair } from "./server-certificate.ts";

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
  /** Whose certificate the endpoint shows. */
  readonly caCertificate: pulumi.Input<string>;
}

/** How a Registry is made. */
export interface RegistryArgs {
  readonly namespace: pulumi.Input<string>;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly cluster: ClusterAddress;
  /** The node it is pinned to; undefined where no cluster could be asked. */
  readonly node?: string | undefined;
  /** Where clients reach it, on the node and by its Service. */
  readonly port: number;
  readonly images: { readonly registry: string; readonly gateway: string };
  readonly limits: { readonly registry: Limits; readonly gateway: Limits };
  readonly certificate: KeyPair;
  readonly accounts: pulumi.Input<readonly Entry[]>;
  readonly storage: Storage;
}

/** The registry: distribution, which only its pod can talk to, behind a gateway that knows TLS, accounts and roles. */
export class Registry extends pulumi.ComponentResource {
  /** The URL inside the cluster. */
  readonly internalUrl: pulumi.Output<string>;

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
      .all([args.storage, httpSecret.result])
      .apply(([storage, secret]) => registryConfig({ ...storage, region: "us-east-1", httpSecret: secret }));
    const gateway = pulumi
      .all([args.accounts, args.certificate.certificate, args.certificate.privateKey])
      .apply(([accounts, certificate, privateKey]) =>
        gatewayConfig({
          listen: containerPort,
          upstream: "127.0.0.1:5000",
          accounts,
          uploadsAtOnce: uploadsAtOnce(args.limits.registry.memory),
          certificate,
          privateKey,
        }),
      );
    const configs = new k8s.core.v1.Secret(
      `${name}-config`,
      {
        metadata: named("registry-config"),
        stringData: { "config.yml": config, "caddy.json": gateway, "ca.crt": args.storage.caCertificate },
      },
      own,
    );
    const mount = (key: string, mountPath: string) => ({
      name: "config",
      mountPath,
      subPath: key,
      readOnly: true,
    });

    const gone = new PodsGone(
      `${name}-gone`,
      { cluster: args.cluster, namespace: args.namespace, app: registryName, patienceSeconds: 60 },
      { parent: this },
    );
    const deployment = new k8s.apps.v1.Deployment(
      name,
      {
        metadata: { ...named(registryName), annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          replicas: 1,
          strategy: { type: "Recreate" }, // the new pod could not have the host port before the old one is gone
          selector: { matchLabels: { app: registryName } },
          template: {
            metadata: {
              labels,
              annotations: {
                [revisionAnnotation]: revisionOf([config, gateway, args.storage.caCertificate]),
              },
            },
            spec: {
              ...hardenedPod,
              ...pinnedTo(args.node),
              securityContext: unprivileged(registryUser),
              terminationGracePeriodSeconds: graceSeconds + 10,
              initContainers: [
                {
                  // A sidecar: it outlives the gateway, which ends what is in flight first.
                  name: "registry",
                  image: args.images.registry,
                  restartPolicy: "Always",
                  ...process(
                    registryProcess(
                      "/etc/distribution/config.yml",
                      "/etc/edge-registry/store-ca.crt",
                      args.limits.registry.memory,
                    ),
                  ),
                  securityContext: confined(),
                  resources: {
                    requests: { cpu: "50m", memory: "64Mi" },
                    limits: { ...args.limits.registry },
                  },
                  volumeMounts: [
                    mount("config.yml", "/etc/distribution/config.yml"),
                    mount("ca.crt", "/etc/edge-registry/store-ca.crt"),
                    { name: "tmp", mountPath: "/tmp" },
                  ],
                },
              ],
              containers: [
                {
                  name: "gateway",
                  image: args.images.gateway,
                  ...process(gatewayProcess("/etc/edge-registry/caddy.json", args.limits.gateway.memory)),
                  ports: [{ name: "https", containerPort, hostPort: args.port }],
                  // The published binary carries this capability and cannot be started without it.
                  securityContext: confined(["NET_BIND_SERVICE"]),
                  resources: { requests: { cpu: "50m", memory: "48Mi" }, limits: { ...args.limits.gateway } },
                  startupProbe: { ...ready, periodSeconds: 1, failureThreshold: 60 },
                  // With patience: while strangers have all connections, a new one waits for some seconds.
                  readinessProbe: { ...ready, timeoutSeconds: 10, periodSeconds: 5, failureThreshold: 6 },
                  // Whether it listens, whatever the store does: a restart would mend nothing there.
                  livenessProbe: {
                    tcpSocket: { port: "https" },
                    timeoutSeconds: 15,
                    periodSeconds: 20,
                    failureThreshold: 6,
                  },
                  volumeMounts: [
                    mount("caddy.json", "/etc/edge-registry/caddy.json"),
                    { name: "tmp", mountPath: "/tmp" },
                  ],
                },
              ],
              volumes: [
                { name: "config", secret: { secretName: configs.metadata.name, defaultMode: 0o440 } },
                { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "8Mi" } },
              ],
            },
          },
        },
      },
      { ...own, dependsOn: [gone] },
    );
    new DeploymentReady(
      `${name}-ready`,
      {
        cluster: args.cluster,
        namespace: args.namespace,
        deployment: registryName,
        generation: deployment.metadata.generation,
        patienceSeconds: 300,
      },
      { parent: this },
    );
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        // Not awaited: that the pod is ready says more, and the wait for a Service takes ten seconds.
        metadata: { ...named(registryName), annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          selector: { app: registryName },
          ports: [{ name: "https", port: args.port, targetPort: "https" }],
        },
      },
      own,
    );

    this.internalUrl = pulumi.interpolate`https://${service.metadata.name}.${args.namespace}.svc:${args.port}`;
    this.registerOutputs({ internalUrl: this.internalUrl });
  }
}

/** As a container names it. */
const process = ({ command, env }: Process) => ({
  command: [...command],
  env: Object.entries(env).map(([name, value]) => ({ name, value })),
});

const containerPort = 5045;

/** A user that owns nothing else. */
const registryUser = 10002;

const ready = { httpGet: { path: "/readyz", port: "https", scheme: "HTTPS" }, timeoutSeconds: 2 };
