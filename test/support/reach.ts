import { identityOf } from "../../local/cluster/identity.ts";
import { initOf } from "../../local/cluster/machine.ts";
import { controlPlane, readRecord } from "../../local/cluster/record.ts";
import { run } from "../../local/machine/run.ts";

/** A network that reaches nothing but some ports of a local cluster's. */
export class NarrowNetwork {
  readonly name = "edge-registry-narrow";
  readonly #bridgeEnd = "narrow0";

  /** Hangs it on the cluster's bridge, at an address of the cluster's range that no node has. */
  async open(cluster: string, address: string, reachable: readonly string[]): Promise<void> {
    await this.close();
    const record = await readRecord(identityOf(cluster));
    const pid = record && (await initOf(record, controlPlane));
    if (pid === undefined) throw new Error(`cluster ${cluster} does not run`);
    const ip = (...args: readonly string[]) => run("ip", args);
    const within = (...words: readonly string[]) => ip("netns", "exec", this.name, ...words);
    await ip("netns", "add", this.name);
    await ip(
      ...["link", "add", "eth0", "netns", this.name],
      ...["type", "veth", "peer", "name", this.#bridgeEnd, "netns", `${pid}`],
    );
    const inControlPlane = ["-t", `${pid}`, "-n", "ip", "link", "set", this.#bridgeEnd];
    await run("nsenter", [...inControlPlane, "master", "br0"]);
    await run("nsenter", [...inControlPlane, "up"]);
    await within("ip", "link", "set", "lo", "up");
    await within("ip", "link", "set", "eth0", "up");
    await within("ip", "address", "add", `${address}/24`, "dev", "eth0");
    const output = ["iptables", "-A", "OUTPUT"];
    await within(...output, "-o", "lo", "-j", "ACCEPT");
    for (const place of reachable) {
      const [host = "", port = ""] = place.split(":");
      await within(...output, "-p", "tcp", "-d", host, "--dport", port, "-j", "ACCEPT");
    }
    await within(...output, "-j", "REJECT");
  }

  async close(): Promise<void> {
    await run("ip", ["netns", "delete", this.name]).catch(() => undefined);
  }
}
