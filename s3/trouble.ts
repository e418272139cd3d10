import { rootCertificates } from "node:tls";
import { type Answer, type BucketAddress, elements } from "./client.ts";

/** Why a bucket cannot be used, in a sentence that begins with the setting that mends it. */
export interface Trouble {
  readonly kind: "unreachable" | "refused" | "no bucket";
  readonly sentence: string;
}

const set = (key: string, value: string) => `pulumi config set --path edge-registry:storage.${key} ${value}`;
const ask = (key: string) => `pulumi config set --secret --path edge-registry:storage.${key}`;

/** What an account has to be allowed, by what is done with it. */
const does = {
  ListBucket: "list",
  ListBucketMultipartUploads: "use multipart uploads in",
  ListMultipartUploadParts: "use multipart uploads in",
  AbortMultipartUpload: "use multipart uploads in",
  PutObject: "write into",
  GetObject: "read from",
  DeleteObject: "delete from",
  CreateBucket: "create",
  DeleteBucket: "delete",
} as const;

/** The name of a right, as policies have it. */
export type Right = keyof typeof does;

/** The error code of S3 in an answer; empty where it holds none. */
export const codeOf = ({ body }: Answer) => elements(body, "Code")[0] ?? "";

/** What an answer says that is no success. */
export function troubleOf(address: BucketAddress, answer: Answer, wanted: Right): Trouble {
  const { bucket, endpoint } = address;
  const code = codeOf(answer);
  if (code === "NoSuchBucket")
    return {
      kind: "no bucket",
      sentence: `bucket: ${endpoint} has no bucket ${bucket}, and storage.create is off: create it there, or run: ${set("create", "true")}`,
    };
  return {
    kind: "refused",
    sentence: refusal(address, answer, code) ?? other(address, answer, code, wanted),
  };
}

function refusal(address: BucketAddress, answer: Answer, code: string): string | undefined {
  const { endpoint, accessKey, region } = address;
  if (code === "RequestTimeTooSkewed") return skewed(endpoint, answer);
  if (code === "InvalidAccessKeyId")
    return `storage.accessKey: ${endpoint} does not know ${shown(accessKey)}: take that of one of its accounts, and run: ${ask("accessKey")}`;
  if (code === "SignatureDoesNotMatch")
    return `storage.secretKey: it is not the secret of ${shown(accessKey)}, says ${endpoint}: run: ${ask("secretKey")}`;
  const right = rightRegion(answer, code);
  if (right !== undefined)
    return `storage.region: the bucket ${address.bucket} is not in ${region}, says ${endpoint}${right === "" ? ": ask its operator for its region, and run: " : `, but in ${right}: run: `}${set("region", right === "" ? "REGION" : right)}`;
  return undefined;
}

/** An access key is no secret, and no business of a log either: its first letters tell it from others. */
const shown = (key: string) => (key.length > 8 ? `access key ${key.slice(0, 4)}…` : "this access key");

/** The region that a bucket is in, where an answer says that it is another; empty where it does not say which. */
function rightRegion({ headers, body, status }: Answer, code: string): string | undefined {
  const wrong = [
    "AuthorizationHeaderMalformed",
    "PermanentRedirect",
    "IncorrectEndpoint",
    "IllegalLocationConstraintException",
  ];
  const moved = status === 301 || status === 307;
  if (!wrong.includes(code) && !moved) return undefined;
  const told = headers["x-amz-bucket-region"] ?? elements(body, "Region")[0];
  const expected = /expecting '([\w-]+)'/.exec(elements(body, "Message")[0] ?? "")?.[1];
  return `${told ?? expected ?? ""}`;
}

function skewed(endpoint: string, { headers }: Answer): string {
  const minutes = Math.round((Date.now() - Date.parse(headers.date ?? "")) / 60_000);
  const by = Number.isNaN(minutes)
    ? "differs by more than S3 allows"
    : `is ${Math.abs(minutes)} minutes ${minutes < 0 ? "behind" : "ahead"}`;
  return `storage.endpoint: the clock of this machine ${by}, says ${endpoint}: set it right, as by timedatectl set-ntp true, and the nodes' too`;
}

function other(address: BucketAddress, answer: Answer, code: string, wanted: Right): string {
  const { bucket, endpoint, accessKey } = address;
  if (answer.status === 403)
    return `storage.accessKey: ${shown(accessKey)} may not ${does[wanted]} bucket ${bucket} (${code || "403"}): give it s3:${wanted} at ${endpoint}, or take another`;
  if (code === "")
    return `storage.endpoint: ${endpoint} answers ${answer.status} and no S3 to a question about bucket ${bucket}: take the URL of the S3 service itself`;
  return `storage.endpoint: ${endpoint} answers ${answer.status} ${code} to a question about bucket ${bucket}: ${elements(answer.body, "Message")[0] ?? "ask its operator"}`;
}

/** Before the host, the bucket is a name that the certificate has to be for, too. */
function otherNames(
  { endpoint, bucket, pathStyle }: Pick<BucketAddress, "endpoint" | "bucket" | "pathStyle">,
  names: string,
): string {
  if (pathStyle)
    return `storage.endpoint: the certificate that ${endpoint} shows is for other names (${names}): take one of those`;
  const { host, hostname } = new URL(endpoint);
  return `storage.pathStyle: the certificate that ${bucket}.${host} shows is for other names (${names}): have the bucket named in the path: ${set("pathStyle", "true")}, or take a certificate for *.${hostname}`;
}

/** Why there was no answer. */
export function silenceOf(
  { endpoint, bucket, caCertificate, pathStyle }: BucketAddress,
  error: Error,
): Trouble {
  const code = "code" in error ? `${error.code}` : "";
  const give = `pulumi config set --path edge-registry:storage.caCertificate < ca.crt`;
  const kind = "refused";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return {
      kind,
      sentence: otherNames(
        { endpoint, bucket, pathStyle },
        error.message.replace(/^.*(?:altnames|list): /s, "").trim(),
      ),
    };
  if (expired.includes(code))
    return {
      kind,
      sentence: `storage.endpoint: the certificate that ${endpoint} shows is ${code === "CERT_HAS_EXPIRED" ? "expired" : "not valid yet"}, or the clock of this machine is wrong: renew it there`,
    };
  if (untrusted.includes(code)) {
    const known =
      caCertificate === undefined
        ? `the ${rootCertificates.length} public authorities`
        : "storage.caCertificate";
    return {
      kind,
      sentence: `storage.caCertificate: the certificate that ${endpoint} shows is from none of ${known} (${code}): run: ${give}`,
    };
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL"))
    return {
      kind,
      sentence: `storage.endpoint: ${endpoint} does not speak TLS there (${code}): take its https port`,
    };
  const named = !pathStyle && ["ENOTFOUND", "EAI_AGAIN"].includes(code);
  const remedy = named
    ? `where its name is right, have the bucket named in the path: ${set("pathStyle", "true")}`
    : `check its name and port, and that no firewall is between: ${set("endpoint", "URL")}`;
  return {
    kind: "unreachable",
    sentence: `storage.endpoint: ${endpoint} cannot be reached from this machine (${reason(code, error)}): ${remedy}`,
  };
}

const expired = ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"];
const untrusted = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
];

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no name server answers",
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "the connection is cut",
  EHOSTUNREACH: "no route to it",
  ENETUNREACH: "no route to it",
  ETIMEDOUT: "no answer",
};

const reason = (code: string, error: Error) => reasons[code] ?? (error.message || code);
