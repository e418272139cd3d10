import { identityOf } from "../../cluster/identity.ts";
import type { Cluster } from "../../cluster/record.ts";

/** A cluster of two nodes, one of which was added after another had left. */
export const example: Cluster = {
  ...identityOf("example"),
  subnet: { prefix: "10.78.5" },
  nodes: [
    { name: "node-1", number: 1 },
    { name: "node-3", number: 3 },
  ],
  highestNumber: 3,
  bin: "/cache/bin",
  images: ["/cache/images/pause/pause.tar"],
  imageStore: "/cache/images/store/containerd",
  fastNotReady: false,
  whole: true,
};
