import { ApiRefusal, ClusterClient, Unreachable } from "../cluster/client.ts";
import { clusterId } from "../cluster/identity.ts";
import type { Node } from "../cluster/rollout-state.ts";
import { kept } from "../render/names.ts";
import { type BroughtFound, judgePem, judgeSecret } from "./preflight/brought.ts";
import { bucketExists } from "./preflight/bucket.ts";
import type { Chain } from "./preflight/chain.ts";
import { askStore } from "./preflight/external-store.ts";
import { hostFolders } from "./preflight/host-folders.ts";
import { type IngressFound, ingressFor } from "./preflight/ingress.ts";
import { leftClaim } from "./preflight/left-claim.ts";
import { leftBucket, locationProblems, type Mark } from "./preflight/location.ts";
import { type Kinds, lackingKinds, monitoringKinds } from "./preflight/monitoring.ts";
import { namespaceProblems } from "./preflight/namespace.ts";
import { nodeOwning } from "./preflight/node.ts";
import { nodePortWarnings } from "./preflight/node-port.ts";
import { occupied } from "./preflight/occupied.ts";
import { pullSecretProblems } from "./preflight/pull-secrets.ts";
import type { Said } from "./preflight/said.ts";
import { schedulingOf } from "./preflight/scheduling.ts";
import { servedBy } from "./preflight/served.ts";
import { storageClassFor } from "./preflight/storage-class.ts";
import { serverVersion, versionProblems } from "./preflight/version.ts";
import type { Settings } from "./settings.ts";
import { trustsNodes } from "./trusting.ts";

/** What the cluster and the store say before anything is registered. */
export interface Found {
  /** What tells the cluster from any other; undefined where a preview could not ask. */
  readonly clusterId?: string;
  readonly server: string;
  /** The node that has the registry's address. */
  readonly node?: string;
  /** The class of the store's claim. */
  readonly storageClass?: string;
  /** Where a volume of it may be made before the store's pod is scheduled, which can be there alone. */
  readonly volumeNode?: string;
  /** Which kinds of Prometheus' operator there are, where anything is measured. */
  readonly monitoring?: Kinds;
  /** What leads clients in, where that is an ingress controller. */
  readonly ingress?: Pick<IngressFound, "controller" | "chain">;
  /** Whether a store in the cluster has the bucket already: it is taken over then. */
  readonly bucketExists: boolean;
  /** Whose certificates the registry's servers show now, as PEM. */
  readonly servedBy: readonly string[];
  /** What was found out about a certificate that is brought. */
  readonly brought?: Chain;
  /** Whether the namespace still has the claim of a store in the cluster that the settings no longer want. */
  readonly claimLeft?: boolean;
  /** The folders of the nodes that their agent needs. */
  readonly hostFolders: readonly string[];
}

/** What a preflight is asked for. */
export interface Asked {
  readonly settings: Settings;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly preview: boolean;
  /** The machine's clock. */
  readonly now: Date;
  warn(message: string): void;
}

/** Why nothing can be deployed, all reasons at once. */
export class PreflightError extends Error {}

/**
 * Asks the cluster and the store, and leaves nothing changed. A check inside a resource would run beside the creation of
 * others. In a preview one that does not answer is a warning.
 */
export async function preflight(asked: Asked): Promise<Found> {
  const certificate = pemIn(asked);
  const [cluster, store] = await Promise.all([
    askCluster(asked, certificate.chain),
    askStore(asked.settings, asked),
  ]);
  const problems = [...cluster.problems, ...certificate.problems, ...store.problems];
  if (problems.length > 0) throw new PreflightError(problems.join("\n"));
  const warnings = [...nodePortWarnings(asked.settings), ...cluster.warnings, ...store.warnings];
  for (const warning of warnings) asked.warn(warning);
  return { ...cluster.found, ...(certificate.chain && { brought: certificate.chain }) };
}

/** A certificate of the settings; one in a Secret is the cluster's to tell. */
function pemIn({ settings, now }: Asked): BroughtFound {
  const { brought } = settings.certificate;
  return brought?.kind === "pem" ? judgePem(brought, settings, now) : { problems: [] };
}

async function askCluster(
  { settings, stack, preview, now }: Asked,
  pem: Chain | undefined,
): Promise<Said<Found>> {
  try {
    return await ask(settings, stack, now, pem);
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof ApiRefusal)) throw error;
    const sentence = `the cluster cannot be asked: ${error.message}`;
    const found = {
      server: "a cluster that did not answer",
      bucketExists: false,
      servedBy: [],
      hostFolders: hostFolders([]),
    };
    return preview
      ? { found, problems: [], warnings: [`${sentence}; the preview is made without it`] }
      : { found, problems: [sentence], warnings: [] };
  }
}

async function ask(
  settings: Settings,
  stack: string,
  now: Date,
  pem: Chain | undefined,
): Promise<Said<Found>> {
  const client = new ClusterClient(settings.cluster);
  const namespace = settings.namespace.name;
  const { brought } = settings.certificate;
  const said = await together({
    id: clusterId(client),
    version: serverVersion(client),
    nodes: client.list<Node>("/api/v1/nodes"),
    mark: client.get<Mark>(`/api/v1/namespaces/${namespace}/configmaps/${kept}`),
    servedBy: servedBy(client, namespace, stack),
    namespaceProblems: namespaceProblems(client, settings, stack),
    secretProblems: pullSecretProblems(client, settings, stack),
    storage: storageClassFor(client, settings),
    ingress: ingressFor(client, settings, now),
    monitoring: monitoringKinds(client, settings),
    scheduling: schedulingOf(client, settings),
    claimLeft: leftClaim(client, settings, stack),
    certificate: brought?.kind === "secret" ? judgeSecret(client, brought, settings, now) : undefined,
  });
  const { nodes, mark, storage, ingress, monitoring, claimLeft, certificate } = said;
  const node = nodeOwning(settings.nodeAddress, nodes);
  const place = {
    node: node.name,
    ingressClass: ingress?.className,
    controller: ingress?.controller,
    trusting: trustsNodes(settings, { ingress, brought: certificate?.chain ?? pem }),
  };
  const claimed = storage.claimed ?? false;
  const taken = await occupied(client, settings, place, stack);
  const problems = [
    ...versionProblems(said.version, nodes),
    ...node.problems,
    ...taken,
    ...storage.problems,
    ...(ingress?.problems ?? []),
    ...(certificate?.problems ?? []),
    ...said.scheduling.problems,
    ...said.namespaceProblems,
    ...said.secretProblems,
    ...(settings.storage.adopt ? [] : locationProblems(mark, settings, node.name)),
  ];
  return {
    problems,
    warnings: [
      ...storage.wishes,
      ...leftBucket(mark, settings),
      ...(ingress?.warnings ?? []),
      ...(monitoring ? lackingKinds(monitoring) : []),
      ...said.scheduling.warnings,
    ],
    found: {
      clusterId: said.id,
      server: client.server,
      ...(node.name !== undefined && { node: node.name }),
      ...(storage.className !== undefined && { storageClass: storage.className }),
      ...(node.name !== undefined && node.takesPods && storage.plainDirectory && { volumeNode: node.name }),
      ...(monitoring && { monitoring }),
      ...(ingress && { ingress: led(ingress) }),
      servedBy: said.servedBy,
      ...(certificate?.chain && { brought: certificate.chain }),
      ...(claimLeft && { claimLeft }),
      hostFolders: hostFolders(nodes),
      bucketExists: problems.length === 0 && (await bucketExists(client, settings, mark, { stack, claimed })),
    },
  };
}

const led = ({ controller, chain }: IngressFound) => ({ controller, ...(chain && { chain }) });

/** The answers by the names of what was asked, once all are there. */
async function together<T extends Readonly<Record<string, unknown>>>(
  asked: T,
): Promise<{ readonly [K in keyof T]: Awaited<T[K]> }> {
  const answers = Object.entries(asked).map(async ([name, answer]) => [name, await answer] as const);
  return Object.fromEntries(await Promise.all(answers)) as { [K in keyof T]: Awaited<T[K]> };
}
