import { splitPort } from "./address.ts";
import { endpoint } from "./endpoint.ts";
import { hostPath } from "./host-path.ts";
import { objectName } from "./names.ts";
import { bytes, probablyMeant } from "./quantity.ts";
import { notARange } from "./range.ts";
import type { Given } from "./reader.ts";
import { choice, type Fault, text, yesNo } from "./scalars.ts";
import { list } from "./structures.ts";

/** Images in an S3 server that is run beside the registry. */
export interface StoreInCluster {
  readonly kind: "in-cluster";
  /**
   * The S3 server that is run.
   * @default "versitygw"
   */
  readonly server: "versitygw" | "minio";
  /**
   * What the server keeps its data on: a folder of the node that owns `nodeAddress`, or a claim of the first of
   * these storage classes that exists.
   * @default the cluster's default class, which no classes mean
   */
  readonly volume:
    | { readonly kind: "hostPath"; readonly path: string }
    | { readonly kind: "storageClasses"; readonly classes: readonly string[] };
  /**
   * How much is asked for; a host path and many local volumes do not enforce it.
   * @default "10Gi"
   */
  readonly size: string;
  /**
   * Where the machine that runs `pulumi` reaches the store.
   * @default port 5046 of `nodeAddress`
   */
  readonly reachAt: { readonly host: string; readonly port: number };
  /**
   * From which networks the store is reached there.
   * @default ["0.0.0.0/0", "::/0"]
   */
  readonly reachFrom: readonly string[];
  /**
   * Whether a bucket or volume that exists already is taken over.
   * @default false
   */
  readonly adopt: boolean;
  /**
   * Whether a push that was acknowledged outlives a power cut. Without it versitygw starts on any file system.
   * @default true
   */
  readonly durable: boolean;
}

const notASize: Fault = (quantity) => {
  const size = bytes(quantity);
  if (size === undefined) {
    const meant = probablyMeant(quantity);
    return meant === undefined || meant === quantity ? "" : `write ${meant}`;
  }
  if (size < 2 ** 30) return "images need more room";
  return size > 2 ** 50 ? "no volume is that large" : undefined;
};

/** What only a store in the cluster has. */
export const inClusterFields = {
  server: choice(["versitygw", "minio"]),
  hostPath,
  storageClasses: list("a list of storage classes, the most wanted first", objectName, { unlike: String }),
  size: text("a quantity from 1Gi to 1Pi", notASize, { example: "10Gi" }),
  reachAt: endpoint,
  reachFrom: list(
    'a list of networks such as ["192.0.2.0/24"], at least one',
    text("a network such as 192.0.2.0/24", notARange),
    {
      least: 1,
      unlike: String,
    },
  ),
  durable: yesNo,
};

/** What was given, with the defaults. */
export function storeInClusterOf(
  given: Given<typeof inClusterFields>,
  adopt: boolean,
  nodeAddress = "",
): StoreInCluster {
  const { hostPath: path, storageClasses: classes = [] } = given;
  return {
    kind: "in-cluster",
    server: given.server ?? "versitygw",
    volume: path === undefined ? { kind: "storageClasses", classes } : { kind: "hostPath", path },
    size: given.size ?? "10Gi",
    reachAt: splitPort(given.reachAt ?? "") ?? { host: nodeAddress, port: 5046 },
    reachFrom: given.reachFrom ?? ["0.0.0.0/0", "::/0"],
    adopt,
    durable: given.durable ?? true,
  };
}
