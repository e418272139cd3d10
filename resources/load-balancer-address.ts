import { isIP } from "node:net";
import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient, type KubeObject } from "../cluster/client.ts";
import { settled } from "../cluster/settled.ts";
import { changed } from "./handler.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly cluster: ClusterAddress;
  readonly namespace: string;
  readonly service: string;
  /** What tells the Service from one of the same name that was there before: its address is gone, too. */
  readonly uid: string;
  /** Whether it is for the nodes' hosts files, which take no name for an address. */
  readonly forHosts: boolean;
  readonly patienceSeconds: number;
}

interface State extends Inputs {
  readonly address: string;
}

interface Service extends KubeObject {
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

/**
 * The address that a load balancer got, an IP or a name, once it has one. The provider's own wait asks for pods behind
 * the Service too, and they wait for the certificate, which may hold this very address.
 */
export class LoadBalancerAddress extends OwnResource {
  declare readonly address: pulumi.Output<string>;

  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("load-balancer-address", name, { ...inputs, address: undefined }, opts);
  }
}

export const provider: Provider<Inputs, State> = {
  /** Another address is another name of the registry's: it is looked at also where nothing was asked for. */
  async diff(olds, news) {
    if (changed({ ...olds }, { ...news }).length > 0) return { changes: true };
    const now = await addressOf(news, olds.address).catch(() => undefined);
    return { changes: now !== undefined && now !== olds.address };
  },
  async create(inputs) {
    return { id: `${inputs.namespace}/${inputs.service}`, outs: await awaited(inputs) };
  },
  update: (_id, olds, news) => awaited(news, olds.address),
};

/** Waits for an address, and tells one that was not known. */
async function awaited(inputs: Inputs, known?: string): Promise<State> {
  await settled(
    async () => ((await addressOf(inputs, known)) === undefined ? [waiting(inputs)] : []),
    inputs,
  );
  const address = (await addressOf(inputs, known)) ?? "";
  if (inputs.forHosts && isIP(address) === 0) throw new Error(noAddress(address));
  // Not only as an output: without its DNS record this very run fails later, and tells no outputs.
  if (address !== known)
    console.error(
      `the load balancer's address is ${address}: a DNS record of the registry's host has to hold it`,
    );
  return { ...inputs, address };
}

/**
 * The known address while the load balancer has it: one with an address of each node's lists them in any order, and has
 * another first when a node joins.
 */
async function addressOf(
  { cluster, namespace, service, forHosts }: Inputs,
  known?: string,
): Promise<string | undefined> {
  const found = await new ClusterClient(cluster).get<Service>(
    `/api/v1/namespaces/${namespace}/services/${service}`,
  );
  const all = (found?.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) =>
    [ip, hostname].filter((one) => one !== undefined),
  );
  const numbers = all.filter((address) => isIP(address) !== 0);
  const fit = forHosts && numbers.length > 0 ? numbers : all;
  return fit.find((address) => address === known) ?? fit[0];
}

const noAddress = (name: string) =>
  `nodeTrust.hosts: expected a load balancer with an IP address, got one with the name ${name}: give the registry's host a DNS record that leads to it, and run: pulumi config set --path edge-registry:nodeTrust.hosts false`;

const waiting = ({ namespace, service }: Inputs) => ({
  text: `the load balancer of Service ${namespace}/${service} has no address: see what kubectl -n ${namespace} describe service ${service} says, name another expose.loadBalancerClass, or choose expose nodePort or hostPort where the cluster has no load balancers`,
  failed: false,
});
