import { basename, dirname } from "node:path";
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { confined, hardenedPod, unprivileged } from "../render/hardening.ts";
import { registryName } from "../render/names.ts";
import { pinnedTo, spreadOut } from "../render/placement.ts";
import { type GatewayFiles, gatewayProcess, type Process, registryProcess } from "../render/processes.ts";
import type { RegistryArgs } from "./registry.ts";

/** The port that the gateway listens on in its pod. */
export const gatewayPort = 5045;

/** The port of what it measures. */
export const metricsPort = 5050;

/** Where the gateway's container has its files. */
export const gatewayFiles: GatewayFiles = { config: "/etc/edge-registry/caddy.json", folder: "/tmp" };
/** Where it notes when a certificate ends that others renew. */
export const endsFile = `${gatewayFiles.folder}/ends`;

/** How long its pods may take to end: until nobody comes any more, and for what is in flight then. */
export const secondsToEnd = ({ drainSeconds }: RegistryArgs) => drainSeconds + 38;

/** Where it has a certificate that others renew, as files that it reads anew when they change. */
export const certificateFiles = {
  certificateFile: "/etc/edge-registry-certificate/tls.crt",
  keyFile: "/etc/edge-registry-certificate/tls.key",
};

/** What a registry's Deployment runs: distribution, and the gateway in front of it. */
export function registryPod(
  args: RegistryArgs,
  configSecret: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  const authority = args.storage.caCertificate === undefined ? undefined : "/etc/edge-registry/store-ca.crt";
  const renewed = "secretName" in args.certificate ? args.certificate.secretName : undefined;
  return {
    ...hardenedPod,
    ...(args.hostPort === undefined ? spreadOut(registryName) : pinnedTo(args.node)),
    ...(args.priorityClass !== undefined && { priorityClassName: args.priorityClass }),
    securityContext: unprivileged(registryUser),
    terminationGracePeriodSeconds: secondsToEnd(args),
    initContainers: [
      {
        // A sidecar: it outlives the gateway, which ends what is in flight first.
        name: "registry",
        image: args.images.registry,
        restartPolicy: "Always",
        ...process(registryProcess("/etc/distribution/config.yml", authority, args.limits.registry.memory)),
        securityContext: confined(),
        resources: {
          requests: { cpu: "50m", memory: "64Mi" },
          limits: { ...args.limits.registry },
        },
        volumeMounts: [
          mount("config.yml", "/etc/distribution/config.yml"),
          ...(authority === undefined ? [] : [mount("ca.crt", authority)]),
          { name: "registry-tmp", mountPath: "/tmp" },
        ],
      },
    ],
    containers: [
      {
        name: "gateway",
        image: args.images.gateway,
        ...process(
          gatewayProcess(
            { ...gatewayFiles, more: renewed ? Object.values(certificateFiles) : [] },
            args.limits.gateway.memory,
          ),
        ),
        ports: [
          {
            name: "https",
            containerPort: gatewayPort,
            ...(args.hostPort === undefined ? {} : { hostPort: args.hostPort }),
          },
          ...(args.metrics ? [{ name: "metrics", containerPort: metricsPort }] : []),
        ],
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
          // As a folder: a single file of a Secret would stay what it was when the pod started.
          { name: "gateway", mountPath: dirname(gatewayFiles.config), readOnly: true },
          { name: "gateway-tmp", mountPath: gatewayFiles.folder },
          ...(renewed
            ? [{ name: "certificate", mountPath: dirname(certificateFiles.keyFile), readOnly: true }]
            : []),
        ],
      },
    ],
    volumes: [
      volume("config", configSecret, ["config.yml", ...(authority === undefined ? [] : ["ca.crt"])]),
      volume("gateway", configSecret, [basename(gatewayFiles.config)]),
      ...(renewed
        ? [
            volume(
              "certificate",
              renewed,
              Object.values(certificateFiles).map((file) => basename(file)),
            ),
          ]
        : []),
      // One each: in the gateway's is the socket by which it is told what to do.
      { name: "registry-tmp", emptyDir: { medium: "Memory", sizeLimit: "8Mi" } },
      { name: "gateway-tmp", emptyDir: { medium: "Memory", sizeLimit: "8Mi" } },
    ],
  };
}

/** Some keys of the Secret with the configs, as files. */
const volume = (name: string, secretName: pulumi.Input<string>, keys: readonly string[]) => ({
  name,
  secret: { secretName, defaultMode: 0o440, items: keys.map((key) => ({ key, path: key })) },
});

/** One of them. */
const mount = (key: string, mountPath: string) => ({
  name: "config",
  mountPath,
  subPath: key,
  readOnly: true,
});

/** As a container names it. */
const process = ({ command, env }: Process) => ({
  command: command.map(asWritten),
  env: Object.entries(env).map(([name, value]) => ({ name, value })),
});

/** A word that Kubernetes takes as it is: it reads `$$` as `$`, and `$(NAME)` as a variable. */
const asWritten = (word: string) => word.replace(/[$](?=[$(])/g, "$$$$");

/** A user that owns nothing else. */
const registryUser = 10002;

const ready = { httpGet: { path: "/readyz", port: "https", scheme: "HTTPS" }, timeoutSeconds: 2 };
