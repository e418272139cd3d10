import { isIPv6 } from "node:net";
import { canonical, splitPort } from "./address.ts";
import { isDnsName } from "./names.ts";
import { type Fault, faults, text, whole } from "./scalars.ts";

/** Ports of nodes that something else listens on. */
export const taken: ReadonlyMap<number, string> = new Map([
  [22, "sshd listens there on most nodes"],
  [179, "BGP of the cluster's network may listen there"],
  [2379, "etcd listens there"],
  [2380, "etcd listens there"],
  [6443, "the API server listens there"],
  [6444, "the API server of k3s listens there"],
  [9345, "the supervisor of RKE2 listens there"],
  [10248, "the kubelet listens there"],
  [10249, "kube-proxy listens there"],
  [10250, "the kubelet listens there"],
  [10255, "the kubelet listens there"],
  [10256, "kube-proxy listens there"],
  [10257, "the controller manager listens there"],
  [10259, "the scheduler listens there"],
  [16443, "the API server of microk8s listens there"],
]);

/** A port that clients know. */
export const port = whole({ least: 1, most: 65535, example: 5045 });

const notAnAddress = faults(
  [/:\/\//, "leave out the scheme"],
  [(address) => /^\[.*\]$/.test(address), "leave out the brackets"],
  [
    (address) => !isIPv6(address) && splitPort(address) !== undefined,
    "leave out the port, which is the setting port",
  ],
  [/%/, "an address with a zone means something on one machine only"],
  [/\/\d+$/, "leave out the length of the network"],
  [(address) => isDnsName(address) && /[a-z]/.test(address), "a name belongs in the setting host"],
  [(address) => canonical(address) === undefined, ""],
);

const ofNoNode = faults(
  [/^0\.|^::$/, "it means no node"],
  [/^127\.|^::1$/, "it means another machine to everybody"],
  [/^(22[4-9]|23\d)\.|^ff[0-9a-f]{2}:/, "it is a multicast address"],
  [/^255\.255\.255\.255$/, "it is the broadcast address"],
  [/^(24\d|25[0-5])\./, "nodes have no such addresses"],
  [/^fe[89ab][0-9a-f]:/, "a link-local address means something on one network interface only"],
  [/^::ffff:/, "write it as an IPv4 address"],
);

/** The address of the node that the registry is reached at. */
export const nodeAddress = text(
  "the IPv4 or IPv6 address of a node",
  (address, at) => notAnAddress(address, at) ?? ofNoNode(canonical(address) ?? "", at),
  { example: "192.0.2.10" },
);

const notAnEndpoint: Fault = (endpoint) => {
  if (/:\/\//.test(endpoint)) return "leave out the scheme";
  if (isIPv6(endpoint)) return "write an IPv6 address in brackets, and a port";
  const { host, port: number } = splitPort(endpoint) ?? {};
  if (host === undefined || number === undefined) return "";
  if (canonical(host) === undefined && (!isDnsName(host) || /(^|\.)\d+$/.test(host))) return "";
  if (number < 1 || number > 65535) return "ports go from 1 to 65535";
  return taken.get(number);
};

/** A host and a port, where the store is reached. */
export const endpoint = text("host:port, with an address or a name in lower case", notAnEndpoint, {
  example: "192.0.2.10:5046",
});
