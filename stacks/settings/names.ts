import { isIP } from "node:net";
import type { Reader } from "./reader.ts";
import { type Fault, faults, text } from "./scalars.ts";

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether a text is a DNS name in lower case. */
export const isDnsName = (name: string) =>
  name.length <= 253 && name.split(".").every((part) => label.test(part));

const notALabel: Fault = (name) => (label.test(name) ? undefined : "");
const labelRule = "a name of 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends";

/** The name of a namespace. */
export const namespaceName = text(labelRule, notALabel);

/** The name of a namespace that will be this stack's own: created, and deleted with it. */
export const ownNamespaceName = text(
  labelRule,
  faults(
    [(name) => !label.test(name), ""],
    [
      /^(default$|kube-)/,
      'Kubernetes\' own cannot be the registry\'s; to use it as it is: {"existing": "NAME"}',
    ],
  ),
  { example: "edge-registry" },
);

/** The name of an object of the cluster's: a Secret, a service account, a storage class. */
export const objectName: Reader<string> = text(
  "a name of at most 253 of a-z, 0-9, - and ., with a letter or digit at both ends of each part",
  (name) => (isDnsName(name) ? undefined : ""),
);

/** The name that the registry is reached by. */
export const hostName = text(
  "a DNS name in lower case, at most 253 long",
  faults(
    [/:\/\//, "leave out the scheme"],
    [(name) => isIP(name) !== 0, "an address belongs in nodeAddress"],
    [/:\d*$/, "leave out the port, which is the setting port"],
    [/[A-Z]/, "write it in lower case"],
    [/\.$/, "leave out the last dot"],
    [/^\*/, "one name, without a wildcard"],
    [/_/, "host names have no _"],
    [/(^|\.)localhost$/, "it means another machine to everybody"],
    [(name) => !isDnsName(name), ""],
    [/(^|\.)\d+$/, "it reads like an address"],
  ),
  { example: "registry.example.com" },
);

/** The name of the bucket, by the rules of S3. */
export const bucketName = text(
  "a bucket name of 3 to 63 of a-z, 0-9, - and ., with a letter or digit at both ends",
  faults(
    [/[A-Z_]/, "S3 allows lower case only, and no _"],
    [(name) => !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name), ""],
    [/\.\.|\.-|-\./, "S3 servers refuse .. and .- and -."],
    [(name) => isIP(name) !== 0, "S3 allows no addresses"],
    [
      /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/,
      "S3 keeps such names for itself",
    ],
  ),
  { example: "registry-edge" },
);
