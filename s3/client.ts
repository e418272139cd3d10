import { createHash } from "node:crypto";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { AwsV4Signer } from "aws4fetch";

/** A bucket of an S3 service. */
export interface BucketPlace {
  /** The service's URL, without a path. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Whether the bucket is named in the path, or before the host. */
  readonly pathStyle: boolean;
  /**
   * PEM of the authorities that the service's certificate is from.
   * @default those that Node knows
   */
  readonly caCertificate?: string | undefined;
}

/** The same, and the keys to it. */
export interface BucketAddress extends BucketPlace {
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** What is asked of a bucket. */
export interface Question {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** The object's; empty for the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What an S3 service said. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks an S3 service; rejects where it does not answer, with Node's error. */
export const ask = async (address: BucketAddress, question: Question, now?: Date): Promise<Answer> =>
  send(await signed(address, question, now), question, address.caCertificate);

/** The same, as somebody without a key asks. */
export const askUnsigned = (address: BucketPlace, question: Question): Promise<Answer> =>
  send({ url: urlOf(address, question), headers: {} }, question, address.caCertificate);

function send(
  { url, headers }: Signed,
  { method, body }: Question,
  caCertificate: string | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers,
      timeout: patience,
      agent: false as const,
      ...(caCertificate === undefined ? {} : { ca: caCertificate }),
    };
    const sent = request(url, options, (response) => {
      const { statusCode: status = 0, headers: told } = response;
      text(response).then((body) => resolve({ status, headers: told, body }), reject);
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${patience / 1000} s`)));
    sent.on("error", reject);
    sent.end(body);
  });
}

const patience = 10_000;

interface Signed {
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
}

function urlOf(
  { endpoint, bucket, pathStyle }: BucketPlace,
  { key = "", query = {} }: Pick<Question, "key" | "query">,
): URL {
  const url = new URL(endpoint);
  if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
  const path = [...(pathStyle ? [bucket] : []), ...(key === "" ? [] : key.split("/"))];
  url.pathname = `/${path.map(encoded).join("/")}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

/** A request as S3 wants it: signed by the account's key, together with the hash of what is sent. */
export async function signed(address: BucketAddress, question: Question, now = new Date()): Promise<Signed> {
  const { method, body = "" } = question;
  const url = urlOf(address, question);
  const hash = createHash("sha256").update(body).digest("hex");
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers: { "x-amz-content-sha256": hash },
    accessKeyId: address.accessKey,
    secretAccessKey: address.secretKey,
    service: "s3",
    region: address.region,
    datetime: now.toISOString().replace(/[:-]|\.\d{3}/g, ""),
  });
  const { headers } = await signer.sign();
  const md5 = { "content-md5": createHash("md5").update(body).digest("base64") };
  return {
    url,
    headers: { ...Object.fromEntries(headers), "content-length": Buffer.byteLength(body), ...(body && md5) },
  };
}

/** As S3 wants it signed, which is more than JavaScript encodes. */
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** The texts of the elements with a name, in their order. */
export const elements = (xml: string, name: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, value = ""]) => plain(value));

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const plain = (value: string) =>
  value.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(\w+));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal));
  });

/** A text as XML has it. */
export const escaped = (value: string) =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
