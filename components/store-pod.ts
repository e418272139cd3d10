import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { confined, hardenedPod, unprivileged } from "../render/hardening.ts";
import { garbageCollection } from "../render/memory.ts";
import { storeName } from "../render/names.ts";
import { pinnedTo } from "../render/placement.ts";
import { storeServers } from "../render/store-server.ts";
import { initContainers, volumeSource } from "../render/store-volume.ts";
import type { ObjectStoreArgs } from "./object-store.ts";

/** The Secrets that a store's pod mounts. */
export interface StoreSecrets {
  readonly keys: pulumi.Input<string>;
  readonly certificate: pulumi.Input<string>;
}

/** What a store's Deployment runs. */
export function storePod(args: ObjectStoreArgs, secrets: StoreSecrets): k8s.types.input.core.v1.PodSpec {
  const server = storeServers[args.server];
  return {
    ...hardenedPod,
    ...pinnedTo(args.node),
    ...(args.priorityClass !== undefined && { priorityClassName: args.priorityClass }),
    securityContext: unprivileged(storeUser),
    terminationGracePeriodSeconds: 15,
    initContainers: initContainers(args.volume, {
      image: args.agentImage,
      owner: args.stack,
      user: storeUser,
      claim: `claim ${storeName}`,
      durable: args.durable && server.syncing === undefined,
    }),
    containers: [
      {
        name: "server",
        image: args.image,
        command: ["sh", "-ec", server.start],
        ports: [
          { name: "s3", containerPort: server.port, hostPort: args.hostPort },
          ...(server.console ? [{ name: "console", containerPort: server.console }] : []),
        ],
        securityContext: confined(),
        env: environment({
          ...garbageCollection(args.limits.memory),
          ...(args.durable && server.syncing),
        }),
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { ...args.limits } },
        readinessProbe: probe(server.health),
        livenessProbe: { tcpSocket: { port: "s3" }, periodSeconds: 20, failureThreshold: 3 },
        volumeMounts: [
          { name: "data", mountPath: "/data" },
          { name: "keys", mountPath: "/keys", readOnly: true },
          { name: "tls", mountPath: server.certificate.folder, readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "data", ...volumeSource(args.volume, storeName) },
      secretVolume(
        "keys",
        secrets.keys,
        Object.keys(server.keyFiles("", "")).map((key) => [key, key]),
      ),
      secretVolume("tls", secrets.certificate, Object.entries(server.certificate.files)),
    ],
  };
}

const environment = (variables: Readonly<Record<string, string>>) =>
  Object.entries(variables).map(([name, value]) => ({ name, value }));

/** A user that owns nothing else. */
const storeUser = 10001;

/** Some keys of a Secret under the names of files. */
const secretVolume = (
  name: string,
  secretName: pulumi.Input<string>,
  files: readonly (readonly [string, string])[],
) => ({
  name,
  secret: { secretName, defaultMode: 0o440, items: files.map(([key, path]) => ({ key, path })) },
});

const probe = (path: string) => ({
  httpGet: { path, port: "s3", scheme: "HTTPS" },
  periodSeconds: 2,
  timeoutSeconds: 2,
});
