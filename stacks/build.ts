import { Accounts } from "../components/accounts.ts";
import { Home } from "../components/home.ts";
import { KeptImages } from "../components/kept-images.ts";
import { NetworkPolicies } from "../components/network-policies.ts";
import { Registry } from "../components/registry.ts";
import { storeServers } from "../render/store-server.ts";
import { ClusterGuard } from "../resources/cluster-guard.ts";
import { type Outputs, outputsOf } from "./outputs.ts";
import { certificates } from "./parts/certificates.ts";
import { groundOf, type Surroundings } from "./parts/ground.ts";
import { nodeTrust, pullProof, pullSecrets } from "./parts/nodes.ts";
import { storeInCluster } from "./parts/storage.ts";
import { onceTrusted } from "./rotation.ts";
import type { Settings } from "./settings.ts";

/** A registry, trusted by each node of the cluster. */
export function build(settings: Settings, surroundings: Surroundings): Outputs {
  const { found, stack } = surroundings;
  const { port, storage, images, resources, cluster } = settings;
  const home = new Home("home", {
    ...settings,
    ...found,
    stack,
    excuses: excusesOf(settings),
    keep: settings.keepImages,
    nodes: settings.nodeTrust.enabled,
  });
  const ground = groundOf(home, settings, surroundings);
  const { common, inCluster, servers } = ground;

  const { certificate, authority, caCertificate } = certificates(ground);
  const store = storeInCluster(ground);
  const accounts = new Accounts("accounts", { ...common, accounts: settings.accounts }, inCluster);
  const trust = nodeTrust(ground, caCertificate);
  const registry = new Registry(
    "registry",
    {
      ...common,
      port,
      images,
      limits: resources,
      certificate: onceTrusted(certificate, {
        authority,
        servedBy: found.servedBy,
        trusted: trust?.everywhere,
      }),
      authority,
      accounts: accounts.checked,
      storage: store.storage,
    },
    inCluster,
  );
  const network = new NetworkPolicies("network", { ...common, storeFrom: storage.reachFrom }, inCluster);
  const secrets = pullSecrets(ground, accounts);
  const kept = new KeptImages(
    "kept",
    {
      ...common,
      things: { namespace: home.namespace, ...store.whereabouts, bucket: store.bucket },
      server: storage.server,
      keep: settings.keepImages,
    },
    inCluster,
  );
  const reasons = [certificate.certificate, settings.bucket, images.registry, images.gateway];
  const proof = pullProof(ground, accounts, { internalUrl: registry.internalUrl, caCertificate, reasons }, [
    registry,
    store.ready,
    ...(trust ? [trust] : []),
  ]);
  const all = [home, certificate, ...store.made, accounts, registry, network, kept, secrets, trust, proof];
  new ClusterGuard(
    "guard",
    { cluster, ...(found.clusterId === undefined ? {} : { uid: found.clusterId }) },
    { dependsOn: all.filter((part) => part !== undefined) },
  );
  return outputsOf({
    settings,
    servers,
    caCertificate,
    certificate,
    accounts,
    registry,
    pullSecrets: secrets,
    bucket: store.bucket,
    kept,
    trust,
  });
}

/** Why this stack's pods need more than the Pod Security Standard `restricted` admits. */
const excusesOf = ({ storage }: Settings): readonly string[] => [
  "the gateway and the store open host ports, so that clients reach them at the node's address",
  ...(storage.volume.kind === "hostPath" ? ["the store keeps the images in a directory of the node"] : []),
  ...(storage.durable && !storeServers[storage.server].syncs
    ? ["the store's volume is root's, who alone may have it written through to the disk"]
    : []),
];
