import * as pulumi from "@pulumi/pulumi";
import type { Accounts } from "../../components/accounts.ts";
import type { Exposure } from "../../components/exposure.ts";
import { NodeTrust } from "../../components/node-trust.ts";
import { PullProof, type PullProofArgs } from "../../components/pull-proof.ts";
import { PullSecrets } from "../../components/pull-secrets.ts";
import { hostPort } from "../../render/names.ts";
import type { Settings } from "../settings.ts";
import { trustsNodes } from "../trusting.ts";
import type { Ground } from "./ground.ts";

/** The Secrets that pods pull with, where any namespace is to have one. */
export function pullSecrets(
  { settings, stack, servers, inCluster }: Ground,
  accounts: Accounts,
): PullSecrets | undefined {
  const { pullSecret } = settings;
  if (pullSecret.namespaces.length === 0) return undefined;
  const args = { ...pullSecret, stack, servers, account: accounts.first("pull") };
  return new PullSecrets("pull-secrets", args, inCluster);
}

/** The agent on each node, where nodes are to be made to trust the registry. */
export function nodeTrust(
  { settings, found, common, inCluster, home, servers, address }: Ground,
  bundle: pulumi.Output<string>,
  store: pulumi.Resource,
): NodeTrust | undefined {
  if (!trustsNodes(settings, found)) return undefined;
  return new NodeTrust(
    "node-trust",
    {
      ...common,
      namespace: home.nodesNamespace,
      image: settings.images.agent,
      registries: servers,
      hosts: hostsLine(settings, address),
      adopt: settings.nodeTrust.adopt,
      hostFolders: found.hostFolders,
      bundle,
      store,
    },
    inCluster,
  );
}

/** What each node's hosts file gets. */
const hostsLine = ({ nodeTrust, host }: Settings, address: pulumi.Input<string> | undefined) =>
  nodeTrust.hosts && address !== undefined && host !== undefined ? { address, name: host } : undefined;

/** The pull on each node that an `up` ends with, where it is wanted. */
export function pullProof(
  ground: Ground,
  accounts: Accounts,
  registry: Pick<PullProofArgs, "caCertificate" | "reasons">,
  after: readonly pulumi.Resource[],
): PullProof | undefined {
  const { settings, common, inCluster, servers, exposure } = ground;
  if (!settings.proof) return undefined;
  return new PullProof(
    "proof",
    {
      ...common,
      ...registry,
      host: pushedTo(settings, exposure),
      record: recordOf(ground),
      servers,
      push: accounts.first("push"),
      pull: accounts.first("pull"),
    },
    { ...inCluster, dependsOn: [...after] },
  );
}

/** What DNS has to say where no line of the nodes' hosts files does. */
function recordOf({ settings, found, address }: Ground) {
  const { host, expose } = settings;
  const told = trustsNodes(settings, found) && hostsLine(settings, address) !== undefined;
  if (host === undefined || told) return undefined;
  const unknown = expose.kind === "ingress" ? "the ingress controller" : "a node";
  return pulumi.output(address ?? unknown).apply((leadsTo) => ({ host, leadsTo }));
}

/** The Service's own name; the host's where a brought certificate is for that. */
function pushedTo({ certificate, host, nodeAddress, port }: Settings, { internalUrl }: Exposure) {
  if (certificate.brought === undefined) return internalUrl.apply((url) => new URL(url).host);
  return hostPort(host ?? nodeAddress ?? "", port);
}
