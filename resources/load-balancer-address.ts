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
    if (changed({ ...olds }, { ...news }).some((key) => key !== "address")) return { changes: true };
    const now = await addressOf(news).catch(() => undefined);
    return { changes: now !== undefined && now !== olds.address };
  },
  async create(inputs) {
    await settled(async () => ((await addressOf(inputs)) === undefined ? [waiting(inputs)] : []), inputs);
    const address = (await addressOf(inputs)) ?? "";
    if (inputs.forHosts && isIP(address) === 0) throw new Error(noAddress(address));
    // Not only as an output: without its DNS record this very run fails later, and tells no outputs.
    console.error(
      `the load balancer's address is ${address}: a DNS record of the registry's host has to hold it`,
    );
    return { id: `${inputs.namespace}/${inputs.service}`, outs: { ...inputs, address } };
  },
};

async function addressOf({ cluster, namespace, service }: Inputs): Promise<string | undefined> {
  const found = await new ClusterClient(cluster).get<Service>(
    `/api/v1/namespaces/${namespace}/services/${service}`,
  );
  const first = found?.status?.loadBalancer?.ingress?.[0];
  return first?.ip ?? first?.hostname;
}

const noAddress = (name: string) =>
  `nodeTrust.hosts: expected a load balancer with an IP address, got one with the name ${name}: give the registry's host a DNS record that leads to it, and run: pulumi config set --path edge-registry:nodeTrust.hosts false`;

const waiting = ({ namespace, service }: Inputs) => ({
  text: `the load balancer of Service ${namespace}/${service} has no address: see what kubectl -n ${namespace} describe service ${service} says, name another expose.loadBalancerClass, or choose expose nodePort or hostPort where the cluster has no load balancers`,
  failed: false,
});
