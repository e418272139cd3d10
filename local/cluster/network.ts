import { run } from "../machine/run.ts";
import {
  controlPlaneAddress,
  machineAddress,
  mostNodes,
  nodeAddress,
  podsOf,
  type Subnet,
  serviceRange,
} from "./addresses.ts";
import { inNetworkOf } from "./machine.ts";
import type { Cluster, NodeRecord } from "./record.ts";

// What a node's kube-proxy and bridge want of their network namespace.
const forwarding = `echo 1 >/proc/sys/net/ipv4/ip_forward
  echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables`;

const numbers = Array.from({ length: mostNodes }, (_, at) => at + 1);

/** Routes to the pods of every node there may ever be, but those of `own`. */
function podRoutes(subnet: Subnet, own?: number): readonly string[] {
  return numbers.flatMap((n) => (n === own ? [] : [`route add ${podsOf(n)} via ${nodeAddress(subnet, n)}`]));
}

async function batch(pid: number, lines: readonly string[]): Promise<void> {
  await run("nsenter", [`--net=/proc/${pid}/ns/net`, "ip", "-batch", "-"], {
    input: `${lines.join("\n")}\n`,
  });
}

/** Makes the bridge in the control plane's namespace and joins this machine to it. */
export async function wireControlPlane(cluster: Cluster, pid: number): Promise<void> {
  const { subnet, interface: here } = cluster;
  await run("ip", ["link", "delete", here]).catch(() => undefined); // an earlier control plane's, if any
  await batch(pid, [
    "link set lo up",
    // With a MAC address of its own, or it takes another whenever a port goes and every node drops out for seconds.
    "link add br0 address 02:65:64:67:65:01 type bridge",
    "link set br0 up",
    `link add machine type veth peer name ${here} netns ${process.pid}`,
    "link set machine master br0 up",
  ]);
  await run("ip", ["address", "add", `${machineAddress(subnet)}/24`, "dev", here]);
  await run("ip", ["link", "set", here, "up"]);
  // The address comes last: the control plane's programs wait for it.
  await batch(pid, [`address add ${controlPlaneAddress(subnet)}/24 dev br0`, ...podRoutes(subnet)]);
}

/** Joins a node to the bridge. */
export async function wireNode(
  cluster: Cluster,
  node: NodeRecord,
  bridge: number,
  pid: number,
): Promise<void> {
  const port = `port-${node.number}`;
  await inNetworkOf(bridge, "ip", "link", "delete", port).catch(() => undefined); // an earlier boot's, if any
  await batch(bridge, [
    `link add ${port} type veth peer name eth0 netns ${pid}`,
    `link set ${port} master br0 up`,
  ]);
  await inNetworkOf(pid, "sh", "-c", forwarding);
  await batch(pid, ["link set lo up", "link set eth0 up"]);
  await batch(pid, [
    `address add ${nodeAddress(cluster.subnet, node.number)}/24 dev eth0`,
    // Without a default route, a Service's address must have one before it is translated.
    `route add ${serviceRange} dev eth0`,
    ...podRoutes(cluster.subnet, node.number),
  ]);
}

/**
 * Whether a machine is joined to the bridge to the last route: a node is not after the control plane died and came
 * back, and no machine is whose start was killed half-way.
 */
export async function isWired(pid: number): Promise<boolean> {
  const routes = await inNetworkOf(pid, "ip", "-4", "route", "show").catch(() => "");
  return routes.includes(podsOf(mostNodes));
}

/** The address ranges that this machine itself uses or routes to, its default routes left out, halved ones too. */
export async function rangesInUse(): Promise<readonly string[]> {
  const routes: readonly { dst: string; dev?: string }[] = JSON.parse(
    await run("ip", ["-json", "-4", "route", "show", "table", "all"]),
  );
  return routes.map(({ dst }) => dst).filter((dst) => dst !== "default" && !/\/[0-7]$/.test(dst));
}
