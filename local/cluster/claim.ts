import { withLock } from "../machine/lock.ts";
import { Failure } from "../terminal/failure.ts";
import {
  candidates,
  firstFree,
  overlap,
  parseSubnet,
  podRange,
  rangeOf,
  type Subnet,
  serviceRange,
} from "./addresses.ts";
import { grownBy } from "./growth.ts";
import type { Identity } from "./identity.ts";
import { rangesInUse } from "./network.ts";
import { type Cluster, otherRecords, writeRecord } from "./record.ts";
import type { Wanted } from "./start.ts";

/** Chooses the cluster's addresses and writes its record, one cluster at a time. */
export function claim(
  identity: Identity,
  { nodes = 1, runtimes, subnet, fastNotReady }: Wanted,
): Promise<Cluster> {
  return withLock("addresses", async () => {
    const others = (await otherRecords(identity.name)).map((other) => rangeOf(other.subnet));
    const inUse = [...(await rangesInUse()), ...others];
    const chosen = subnet === undefined ? chooseSubnet(identity.name, inUse) : checkSubnet(subnet, inUse);
    const empty = { ...identity, subnet: chosen, nodes: [], highestNumber: 0, fastNotReady };
    return writeRecord(
      grownBy({ ...empty, bin: "", images: [], imageStore: "", whole: false }, nodes, runtimes),
    );
  });
}

function chooseSubnet(name: string, inUse: readonly string[]): Subnet {
  const free = firstFree(candidates(name), inUse);
  if (free) return free;
  throw new Failure(
    "every /24 range in 10.78.0.0/16 is in use here: name a free one with --subnet, as in 192.168.77.0/24",
  );
}

function checkSubnet(text: string, inUse: readonly string[]): Subnet {
  const subnet = parseSubnet(text);
  if (subnet === undefined) throw new Failure(`--subnet: expected a range such as 10.78.5.0/24, got ${text}`);
  const own = [serviceRange, podRange].find((range) => overlap(rangeOf(subnet), range));
  if (own) throw new Failure(`--subnet: ${text} meets ${own}, which every cluster uses inside: name another`);
  const taken = inUse.find((range) => overlap(rangeOf(subnet), range));
  if (taken === undefined) return subnet;
  throw new Failure(
    `--subnet: ${text} is in use on this machine by ${taken}: leave --subnet out, or name another`,
  );
}
