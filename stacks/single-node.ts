import type * as pulumi from "@pulumi/pulumi";
import { Accounts } from "../components/accounts.ts";
import { CertificateAuthority, type CertificateAuthorityArgs } from "../components/certificate-authority.ts";
import { Home } from "../components/home.ts";
import { ImageBucket } from "../components/image-bucket.ts";
import { KeptImages } from "../components/kept-images.ts";
import { NetworkPolicies } from "../components/network-policies.ts";
import { NodeTrust } from "../components/node-trust.ts";
import { ObjectStore } from "../components/object-store.ts";
import { PullProof } from "../components/pull-proof.ts";
import { PullSecrets } from "../components/pull-secrets.ts";
import { Registry } from "../components/registry.ts";
import { ServerCertificate } from "../components/server-certificate.ts";
import { hostPort, storeName } from "../render/names.ts";
import { storeServers } from "../render/store-server.ts";
import { ClusterGuard } from "../resources/cluster-guard.ts";
import { registryNames, storeNames } from "./names.ts";
import { type Outputs, outputsOf } from "./outputs.ts";
import type { Found } from "./preflight.ts";
import { onceTrusted } from "./rotation.ts";
import type { Settings } from "./settings.ts";

/** Where and when a stack is built. */
export interface Surroundings {
  /** What the cluster and the store said. */
  readonly found: Found;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly now: Date;
}

/** A registry on the node that has its address, trusted by each node of the cluster. */
export function singleNode(settings: Settings, { found, stack, now }: Surroundings): Outputs {
  const { nodeAddress, host, port, storage, images, resources, cluster } = settings;
  const reachedAs = [nodeAddress, host].filter((name) => name !== undefined);
  const servers = reachedAs.map((name) => hostPort(name, port));

  const home = new Home("home", {
    ...settings,
    ...found,
    stack,
    excuses: excusesOf(settings),
    keep: settings.keepImages,
    nodes: settings.nodeTrust.enabled,
  });
  const common = { namespace: home.namespace, stack, node: found.node, cluster, clusterId: found.clusterId };
  const inCluster = { providers: [home.provider], dependsOn: [home] };

  const authority = new CertificateAuthority("authority", authorityOf(settings, stack, found.servedBy));
  const certificate = new ServerCertificate("server-certificate", {
    ...settings.certificate,
    ...registryNames(settings),
    issuer: authority.issuer,
    commonName: reachedAs.at(-1) ?? stack,
    now,
  });
  const caCertificate = authority.bundle;
  // Of its own: who talks to the store trusts nothing else, and a new authority of the registry's is nothing to it.
  const storeAuthority = new CertificateAuthority("store-authority", {
    ...{ kind: "own", commonName: `${stack} store`, issues: 1, trusted: [1] },
    validYears: storeYears,
  });
  const storeCertificate = new ServerCertificate("store-certificate", {
    ...storeNames(settings),
    ...{ validityDays: storeYears * 365, renewAfterDays: storeYears * 365 - 1 },
    issuer: storeAuthority.issuer,
    commonName: storeName,
    now,
  });

  const store = new ObjectStore(
    "store",
    {
      ...common,
      ...storage,
      image: images.store,
      agentImage: images.agent,
      volume:
        storage.volume.kind === "hostPath"
          ? storage.volume
          : { kind: "storageClass", className: found.storageClass },
      limits: resources.store,
      hostPort: storage.reachAt.port,
      certificate: storeCertificate,
      caCertificate: storeAuthority.bundle,
      keep: settings.keepImages,
    },
    inCluster,
  );
  const bucket = new ImageBucket(
    "bucket",
    {
      bucket: settings.bucket,
      address: storage.reachAt,
      server: storage.server,
      caCertificate: storeAuthority.bundle,
      rootUser: store.rootUser,
      rootPassword: store.rootPassword,
      origin: found.bucketExists ? "adopt" : "create",
    },
    { dependsOn: [store] },
  );
  const accounts = new Accounts("accounts", { ...common, accounts: settings.accounts }, inCluster);
  const trust = settings.nodeTrust.enabled
    ? new NodeTrust(
        "node-trust",
        {
          ...common,
          namespace: home.nodesNamespace,
          image: images.agent,
          registries: servers,
          hosts: hostsLine(settings),
          adopt: settings.nodeTrust.adopt,
          hostFolders: found.hostFolders,
          bundle: caCertificate,
        },
        inCluster,
      )
    : undefined;
  const shown =
    trust === undefined
      ? certificate
      : onceTrusted(certificate, {
          authority: authority.issuer.certificate,
          servedBy: found.servedBy,
          trusted: trust.everywhere,
        });
  const registry = new Registry(
    "registry",
    {
      ...common,
      port,
      images,
      limits: resources,
      certificate: shown,
      authority: authority.issuer.certificate,
      accounts: accounts.checked,
      storage: {
        endpoint: store.endpoint,
        bucket: settings.bucket,
        accessKey: bucket.accessKey,
        secretKey: bucket.secretKey,
        caCertificate: storeAuthority.bundle,
      },
    },
    inCluster,
  );
  const network = new NetworkPolicies("network", { ...common, storeFrom: storage.reachFrom }, inCluster);
  const pullSecrets =
    settings.pullSecret.namespaces.length > 0
      ? new PullSecrets(
          "pull-secrets",
          { ...settings.pullSecret, stack, servers, account: accounts.first("pull") },
          inCluster,
        )
      : undefined;
  const kept = new KeptImages(
    "kept",
    {
      ...common,
      things: { namespace: home.namespace, ...store.whereabouts, bucket: bucket.bucket },
      server: storage.server,
      keep: settings.keepImages,
    },
    inCluster,
  );
  const trusted = trust === undefined ? [] : [trust];
  const pulling = pullSecrets === undefined ? [] : [pullSecrets];
  const proof = settings.proof
    ? [
        new PullProof(
          "proof",
          {
            ...common,
            servers,
            internalUrl: registry.internalUrl,
            caCertificate,
            push: accounts.first("push"),
            pull: accounts.first("pull"),
            clientImage: images.client,
            reasons: [certificate.certificate, settings.bucket, images.registry, images.gateway],
          },
          { ...inCluster, dependsOn: [registry, bucket, ...trusted] },
        ),
      ]
    : [];
  const all: readonly pulumi.Resource[] = [
    home,
    certificate,
    storeCertificate,
    store,
    bucket,
    accounts,
    registry,
    network,
    kept,
  ];
  new ClusterGuard(
    "guard",
    { cluster, ...(found.clusterId === undefined ? {} : { uid: found.clusterId }) },
    { dependsOn: [...all, ...pulling, ...trusted, ...proof] },
  );
  return outputsOf({
    settings,
    servers,
    caCertificate,
    certificate,
    accounts,
    registry,
    pullSecrets,
    bucket,
    kept,
    trust,
  });
}

/** For how long the store's certificate lasts: a new one would stop the store for a moment, and make nobody safer. */
const storeYears = 50;

/** What each node's hosts file gets. */
/** What each node's hosts file gets. */
const hostsLine = ({ nodeTrust, nodeAddress, host }: Settings) =>
  nodeTrust.hosts && nodeAddress !== undefined && host !== undefined
    ? { address: nodeAddress, name: host }
    : undefined;

/** Why this stack's pods need more than the Pod Security Standard `restricted` admits. */
const excusesOf = ({ storage }: Settings): readonly string[] => [
  "the gateway and the store open host ports, so that clients reach them at the node's address",
  ...(storage.volume.kind === "hostPath" ? ["the store keeps the images in a directory of the node"] : []),
  ...(storage.durable && !storeServers[storage.server].syncs
    ? ["the store's volume is root's, who alone may have it written through to the disk"]
    : []),
];

/** Named after the stack: an address or a name that changes is no reason for another authority. */
const authorityOf = (
  { certificate }: Settings,
  stack: string,
  before: readonly string[],
): CertificateAuthorityArgs =>
  certificate.authority
    ? { kind: "brought", ...certificate.authority, before }
    : {
        kind: "own",
        before,
        commonName: stack,
        issues: certificate.generation,
        trusted: certificate.trusts,
      };
