import { onlyCertificatesIn, untimely } from "./pem.ts";
import type { Given } from "./reader.ts";
import { s3Url } from "./s3-url.ts";
import { type Fault, faults, text, yesNo } from "./scalars.ts";

/** Images in a bucket of an S3 service that somebody else runs. */
export interface ExternalStore {
  readonly kind: "external";
  /** The service's URL, without the bucket. */
  readonly endpoint: string;
  /**
   * The region that the bucket is in.
   * @default "us-east-1"
   */
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /**
   * Whether the bucket is named in the path, `https://s3.example.com/bucket`, or before the host.
   * @default true
   */
  readonly pathStyle: boolean;
  /**
   * PEM of the authorities that the service's certificate is from.
   * @default those that the system knows
   */
  readonly caCertificate?: string;
  /**
   * Whether a bucket that is not there is created.
   * @default true
   */
  readonly create: boolean;
  /**
   * Whether the images may be elsewhere than where the last `up` had them.
   * @default false
   */
  readonly adopt: boolean;
}

const key = (rule: string, most: number) =>
  text(
    rule,
    faults(
      [/^$/, "it is empty"],
      [/\s/u, "it has a blank"],
      [/[^\x21-\x7e]/, "it has characters that S3 keys never have"],
      [(value) => value.length > most, "it is longer"],
    ),
    { secret: true },
  );

const notAuthorities: Fault = (pem, { now }) => {
  if (/^[\w./~-]+$/.test(pem.trim())) return "this is a path: give the file's content";
  const found = onlyCertificatesIn(pem);
  if (found === undefined) return pem.includes("PRIVATE KEY") ? "it holds a private key" : "";
  return found.map((one) => untimely(one, now)).find((why) => why !== undefined);
};

/** What only an external store has. */
export const externalFields = {
  endpoint: s3Url,
  region: text(
    "a region's name of 1 to 63 of a-z, 0-9, - and _, such as eu-central-1",
    faults(
      [/^https?:/, "the URL is the setting storage.endpoint"],
      [/^[a-z]+-[a-z]+-\d[a-z]$/, "that is a zone: leave out its last letter"],
      [/[A-Z]/, "write it in lower case"],
      [(name) => !/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name), ""],
    ),
    { example: "us-east-1" },
  ),
  accessKey: key("the access key of an account of the S3 service, at most 128 long", 128),
  secretKey: key("the secret key of the account, at most 256 long", 256),
  pathStyle: yesNo,
  caCertificate: text("the PEM text of one or more authorities' certificates", notAuthorities),
  create: yesNo,
};

/** What was given, with the defaults; what is lacking is reported by `checkPairs`. */
export function externalStoreOf(given: Given<typeof externalFields>, adopt: boolean): ExternalStore {
  return {
    kind: "external",
    endpoint: given.endpoint ?? "",
    region: given.region ?? "us-east-1",
    accessKey: given.accessKey ?? "",
    secretKey: given.secretKey ?? "",
    pathStyle: given.pathStyle ?? true,
    ...(given.caCertificate !== undefined && { caCertificate: given.caCertificate }),
    create: given.create ?? true,
    adopt,
  };
}
