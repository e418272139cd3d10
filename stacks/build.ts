import * as pulumi from "@pulumi/pulumi";
import { Accounts } from "../components/accounts.ts";
import { Home } from "../components/home.ts";
import { KeptImages } from "../components/kept-images.ts";
import { Monitoring } from "../components/monitoring.ts";
import { NetworkPolicies } from "../components/network-policies.ts";
import { Registry } from "../components/registry.ts";
import { ClusterGuard } from "../resources/cluster-guard.ts";
import { excusesOf } from "./excuses.ts";
import { type Outputs, outputsOf } from "./outputs.ts";
import { certificates } from "./parts/certificates.ts";
import { entrance, whomClientsTrust } from "./parts/exposure.ts";
import { groundOf, type Surroundings } from "./parts/ground.ts";
import { imageStorage } from "./parts/image-storage.ts";
import { nodeTrust, pullProof, pullSecrets } from "./parts/nodes.ts";
import { broughtNames } from "./preflight/brought.ts";
import { onceTrusted } from "./rotation.ts";
import type { Settings } from "./settings.ts";
import { trustsNodes } from "./trusting.ts";

/** A registry, trusted by each node of the cluster. */
export function build(settings: Settings, surroundings: Surroundings): Outputs {
  const { found, stack } = surroundings;
  const { port, expose, storage, images, resources, cluster } = settings;
  const inside = storage.kind === "in-cluster";
  const home = new Home("home", {
    ...settings,
    ...found,
    stack,
    excuses: excusesOf(settings),
    keep: settings.keepImages && (inside || found.claimLeft === true),
    nodes: trustsNodes(settings, found),
  });
  const ground = groundOf(home, settings, surroundings);
  const { common, inCluster, exposure } = ground;

  const issued = certificates(ground);
  const { authority, bundle } = issued;
  const led = entrance(ground, bundle);
  const store = imageStorage(ground);
  const accounts = new Accounts("accounts", { ...common, accounts: settings.accounts }, inCluster);
  const trust = nodeTrust(ground, whomClientsTrust(ground, bundle), store.ready);
  const registry = new Registry(
    "registry",
    {
      ...common,
      hostPort: expose.kind === "hostPort" ? port : undefined,
      replicas: settings.replicas,
      priorityClass: settings.priorityClass,
      drainSeconds: drainSeconds[expose.kind],
      images,
      limits: resources,
      certificate: onceTrusted(issued.served, {
        authority,
        servedBy: found.servedBy,
        trusted: trust?.everywhere,
      }),
      authority,
      accounts: accounts.checked,
      storage: store.storage,
      notifications: pulumi.secret(settings.notifications),
      metrics: settings.metrics.enabled,
    },
    inCluster,
  );
  const network = new NetworkPolicies(
    "network",
    {
      ...common,
      storeFrom: store.policed,
      metricsFrom: settings.metrics.enabled ? settings.metrics.namespaces : undefined,
    },
    inCluster,
  );
  const monitoring = settings.metrics.enabled
    ? new Monitoring(
        "monitoring",
        {
          ...common,
          service: exposure.service,
          serverName: settings.certificate.brought && broughtNames(settings)[0],
          caCertificate: bundle,
          labels: settings.metrics.labels,
          kinds: found.monitoring ?? { serviceMonitor: false, prometheusRule: false },
        },
        inCluster,
      )
    : undefined;
  const secrets = pullSecrets(ground, accounts);
  const kept = new KeptImages(
    "kept",
    {
      ...common,
      where: store.where,
      kept: store.kept,
      keep: settings.keepImages && inside,
    },
    inCluster,
  );
  const reasons = [issued.mark, settings.bucket, images.registry, images.gateway];
  const proof = pullProof(ground, accounts, { caCertificate: bundle, reasons }, [
    registry,
    store.ready,
    ...(led ? [led] : []),
    ...(trust ? [trust] : []),
  ]);
  const all = [
    home,
    exposure,
    led,
    ...issued.made,
    ...store.made,
    accounts,
    registry,
    network,
    monitoring,
    kept,
    secrets,
    trust,
    proof,
  ];
  const guarded = { cluster, ...(found.clusterId === undefined ? {} : { uid: found.clusterId }) };
  const guard = (
    name: string,
    parts: readonly (pulumi.Resource | undefined)[],
    after: readonly pulumi.Output<readonly string[]>[] = [],
  ) =>
    new ClusterGuard(name, { ...guarded, after }, { dependsOn: parts.filter((part) => part !== undefined) });
  guard("guard", all);
  // An `up` that fails while it waits does not come to that one: what is there by then has guards of its own.
  guard(
    "guard-store",
    [home, accounts, network, secrets],
    [store.objects, ...(trust ? [trust.objects] : [])],
  );
  guard("guard-registry", [exposure, led, monitoring, kept], [registry.objects]);
  return outputsOf({
    ground,
    caCertificate: whomClientsTrust(ground, issued.caCertificate),
    certificate: issued,
    accounts,
    pullSecrets: secrets,
    bucket: store.bucket,
    kept,
    trust,
  });
}

/**
 * How long a pod that ends may still be sent clients: by the nodes' own rules a second or two, by a load balancer or a
 * controller that asks for health or reads endpoints now and then longer.
 */
const drainSeconds = { hostPort: 2, nodePort: 5, loadBalancer: 15, ingress: 15 };
