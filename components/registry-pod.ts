import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { graceSeconds } from "../render/gateway.ts";
import { confined, hardenedPod, unprivileged } from "../render/hardening.ts";
import { pinnedTo } from "../render/placement.ts";
import { gatewayProcess, type Process, registryProcess } from "../render/processes.ts";
import type { RegistryArgs } from "./registry.ts";

/** The port that the gateway listens on in its pod. */
export const gatewayPort = 5045;

/** What a registry's Deployment runs: distribution, and the gateway in front of it. */
export function registryPod(
  args: RegistryArgs,
  configSecret: pulumi.Input<string>,
): k8s.types.input.core.v1.PodSpec {
  return {
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
        ports: [{ name: "https", containerPort: gatewayPort, hostPort: args.port }],
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
      { name: "config", secret: { secretName: configSecret, defaultMode: 0o440 } },
      { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "8Mi" } },
    ],
  };
}

/** A key of the Secret with the configs, as a file. */
const mount = (key: string, mountPath: string) => ({
  name: "config",
  mountPath,
  subPath: key,
  readOnly: true,
});

/** As a container names it. */
const process = ({ command, env }: Process) => ({
  command: [...command],
  env: Object.entries(env).map(([name, value]) => ({ name, value })),
});

/** A user that owns nothing else. */
const registryUser = 10002;

const ready = { httpGet: { path: "/readyz", port: "https", scheme: "HTTPS" }, timeoutSeconds: 2 };
