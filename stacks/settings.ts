import { type AccountSettings, defaultAccounts } from "./settings/accounts.ts";
import { canonical } from "./settings/address.ts";
import { type CertificateSettings, certificateOf } from "./settings/certificate.ts";
import type { ClusterSettings } from "./settings/cluster.ts";
import { type ExposeSettings, exposeOf, usualPort } from "./settings/expose.ts";
import { fields, type GivenSettings } from "./settings/given.ts";
import { type ImageSettings, imagesOf } from "./settings/images.ts";
import { type MetricsSettings, metricsOf } from "./settings/metrics.ts";
import type { NamespaceSettings } from "./settings/namespace.ts";
import { type NodeTrustSettings, nodeTrustOf } from "./settings/node-trust.ts";
import { type NotificationSettings, notificationsOf } from "./settings/notifications.ts";
import { checkPairs } from "./settings/pairs.ts";
import { command, Problems } from "./settings/problems.ts";
import { type PullSecretSettings, pullSecretOf } from "./settings/pull-secret.ts";
import { type RawConfig, rawSettings, reportForeignKeys } from "./settings/raw.ts";
import { type ReplicaSettings, replicasOf } from "./settings/replicas.ts";
import { type ResourceSettings, resourcesOf } from "./settings/resources.ts";
import { type StorageSettings, storageOf } from "./settings/storage.ts";
import { readFields } from "./settings/structures.ts";
import { type Target, targets } from "./settings/target.ts";

/** What a person decides about a registry. The README's table lists all of it. */
export interface Settings {
  /** @default "single-node" */
  readonly target: Target;
  /** @default {} on the stack `dev`; others must name one */
  readonly cluster: ClusterSettings;
  /** @default { name: "edge-registry", create: true } */
  readonly namespace: NamespaceSettings;
  /**
   * The DNS name that the registry is reached by, beside its address.
   * @default none
   */
  readonly host?: string;
  /**
   * The address of the node that the registry is reached at; required where something of it is opened on a node.
   * @default none
   */
  readonly nodeAddress?: string;
  /**
   * The port that clients know.
   * @default 5045 as a host port, 30045 as a node port, 443 otherwise
   */
  readonly port: number;
  readonly expose: ExposeSettings;
  readonly replicas: ReplicaSettings;
  /**
   * The priority class of the registry's pods and the store's.
   * @default the cluster's default
   */
  readonly priorityClass?: string;
  readonly storage: StorageSettings;
  /** @default "registry-edge" */
  readonly bucket: string;
  /**
   * Whether namespace, volume and bucket stay after a destroy.
   * @default true
   */
  readonly keepImages: boolean;
  /** @default `regUser` that pushes and `regPuller` that pulls */
  readonly accounts: readonly AccountSettings[];
  readonly certificate: CertificateSettings;
  readonly pullSecret: PullSecretSettings;
  readonly nodeTrust: NodeTrustSettings;
  /**
   * Whether `up` ends with a pull on every node.
   * @default true
   */
  readonly proof: boolean;
  /** @default [] */
  readonly notifications: readonly NotificationSettings[];
  readonly metrics: MetricsSettings;
  readonly images: ImageSettings;
  readonly resources: ResourceSettings;
}

/** What the settings are judged by, beside themselves. */
export interface Context {
  /** The stack's name: `dev` alone may deploy to a cluster that is not named. */
  readonly stack: string;
  /** For the dates of brought certificates. */
  readonly now: Date;
}

/**
 * Understands the configuration as the engine gives it, whole keys and texts, or throws one SettingsError that tells
 * all that is wrong.
 */
export function parse(config: RawConfig, { stack, now }: Context): Settings {
  const problems = new Problems();
  reportForeignKeys(config, problems);
  const raw = rawSettings(config);
  // The fields were read by their own readers.
  const given = readFields(raw, fields, { key: "", problems, now }) as GivenSettings;
  if (stack !== "dev") requireCluster(given, problems);
  const settings = withDefaults(given);
  checkPairs(settings, given, problems);
  problems.throwAny();
  return settings;
}

function requireCluster({ cluster }: GivenSettings, problems: Problems): void {
  if (cluster?.context !== undefined || cluster?.kubeconfig !== undefined) return;
  if (problems.concern("cluster")) return;
  problems.add("cluster", {
    rule: "the context or the kubeconfig of the cluster to deploy to",
    got: "nothing",
    why: "only the stack dev takes the one that happens to be current",
    run: command("cluster.context", "NAME"),
  });
}

/** Settings in full; those that were wrong or lacking have been reported, and nobody gets what stands here for them. */
function withDefaults(given: GivenSettings): Settings {
  const nodeAddress = given.nodeAddress && canonical(given.nodeAddress);
  const target = given.target ?? "single-node";
  const storage = storageOf(given.storage, targets[target].storage, nodeAddress);
  const expose = exposeOf(given.expose, targets[target].expose);
  const certificate = certificateOf(given.certificate);
  const addressed = nodeAddress !== undefined || expose.kind === "loadBalancer";
  const hosts = targets[target].hosts && given.host !== undefined && addressed;
  return {
    target,
    cluster: given.cluster ?? {},
    namespace: given.namespace ?? { name: "edge-registry", create: true },
    ...(given.host !== undefined && { host: given.host }),
    ...(nodeAddress && { nodeAddress }),
    port: given.port ?? usualPort[expose.kind],
    expose,
    replicas: replicasOf(given.replicas, expose.kind === "hostPort" ? 1 : targets[target].replicas),
    ...(given.priorityClass !== undefined && { priorityClass: given.priorityClass }),
    storage,
    bucket: given.bucket ?? "registry-edge",
    keepImages: given.keepImages ?? true,
    accounts: given.accounts ?? defaultAccounts,
    certificate,
    pullSecret: pullSecretOf(given.pullSecret),
    nodeTrust: nodeTrustOf(given.nodeTrust, {
      enabled: (certificate.brought ?? expose.tlsSecret) === undefined || "unless-public",
      hosts,
    }),
    proof: given.proof !== "off",
    notifications: notificationsOf(given.notifications),
    metrics: metricsOf(given.metrics),
    images: imagesOf(given.images, storage.kind === "external" ? undefined : storage.server),
    resources: resourcesOf(given.resources),
  };
}
