import { externalFields } from "./external-store.ts";
import type { GivenSettings } from "./given.ts";
import type { Pair } from "./pairs.ts";
import { command } from "./problems.ts";
import { isAddressed } from "./s3-url.ts";
import { inClusterFields } from "./store-in-cluster.ts";

const has = ({ storage }: GivenSettings, key: string) => storage !== undefined && key in storage && "a value";

/** What belongs to the other kind of store. */
const strangers: readonly Pair[] = [
  ...Object.keys(inClusterFields).map(
    (key): Pair => ({
      keys: [`storage.${key}`, "storage.kind"],
      problem: {
        rule: "nothing where storage.kind is external",
        why: "it is about a store in the cluster",
        run: `pulumi config rm --path edge-registry:storage.${key}`,
      },
      got: ({ storage }, given) => storage.kind === "external" && has(given, key),
    }),
  ),
  ...Object.keys(externalFields).map(
    (key): Pair => ({
      keys: [`storage.${key}`, "storage.kind"],
      problem: {
        rule: "nothing where storage.kind is in-cluster",
        why: "it is about an S3 service outside",
        run: command("storage.kind", "external"),
      },
      got: ({ storage }, given) => storage.kind === "in-cluster" && has(given, key),
    }),
  ),
];

const needed = [
  ["endpoint", "the https URL of an S3 service", command("storage.endpoint", "URL")],
  ["accessKey", "the access key of an account there", asking("accessKey")],
  ["secretKey", "the secret key of the account", asking("secretKey")],
] as const;

/** What sets a secret without a shell's history knowing it. */
function asking(key: string): string {
  return `pulumi config set --secret --path edge-registry:storage.${key}`;
}

/** Settings of the storage that cannot be together. */
export const storagePairs: readonly Pair[] = [
  ...strangers,
  ...needed.map(
    ([key, rule, run]): Pair => ({
      keys: [`storage.${key}`, "storage.kind"],
      problem: {
        rule,
        why: "the images lie in an S3 service outside, unless storage.kind is in-cluster",
        run,
      },
      got: ({ storage }) => storage.kind === "external" && storage[key] === "" && "nothing",
    }),
  ),
  {
    keys: ["storage.hostPath", "nodeAddress"],
    problem: {
      rule: "nothing without the setting nodeAddress",
      why: "the folder is that of the node with this address",
      run: command("nodeAddress", "ADDRESS"),
    },
    got: ({ storage, nodeAddress }) =>
      storage.kind === "in-cluster" &&
      storage.volume.kind === "hostPath" &&
      nodeAddress === undefined &&
      storage.volume.path,
  },
  {
    keys: ["storage.pathStyle", "storage.endpoint"],
    problem: {
      rule: "true where storage.endpoint is an address",
      why: "a bucket's name cannot stand before an address",
      run: command("storage.pathStyle", "true"),
    },
    got: ({ storage }) =>
      storage.kind === "external" && !storage.pathStyle && isAddressed(storage.endpoint) && "false",
  },
  {
    keys: ["storage.pathStyle", "bucket"],
    problem: {
      rule: "true where the bucket's name has dots",
      why: "no certificate of the service's covers a host with that name before it",
      run: command("storage.pathStyle", "true"),
    },
    got: ({ storage, bucket }) =>
      storage.kind === "external" && !storage.pathStyle && bucket.includes(".") && "false",
  },
];
