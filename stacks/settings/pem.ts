import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import { certificatesIn } from "../../render/pem.ts";

const block = (kind: string) => String.raw`-----BEGIN ${kind}-----[A-Za-z0-9+/=\s]+-----END ${kind}-----`;
const certificateBlocks = new RegExp(String.raw`^\s*(?:${block("CERTIFICATE")}\s*)+$`);
const keyBlock = new RegExp(String.raw`^\s*${block("(?:RSA |EC )?PRIVATE KEY")}\s*$`);

function tried<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}

/** The certificates of a PEM text in their order; undefined where it holds none, or anything else. */
export const onlyCertificatesIn = (pem: string): readonly X509Certificate[] | undefined =>
  certificateBlocks.test(pem) ? tried(() => certificatesIn(pem)) : undefined;

/** The one key of a PEM text. */
export const keyIn = (pem: string): KeyObject | undefined =>
  keyBlock.test(pem) ? tried(() => createPrivateKey(pem)) : undefined;

/** The certificates of a text that may hold other things besides; none where one of them is broken. */
export const certificatesAmong = (text: string): readonly X509Certificate[] =>
  tried(() => certificatesIn(text)) ?? [];

/** The key of a text that may hold other things besides. */
export const keyAmong = (text: string): KeyObject | undefined => tried(() => createPrivateKey(text));

/** Why a certificate counts nothing now, if so. */
export function untimely(certificate: X509Certificate, now: Date): string | undefined {
  if (Date.parse(certificate.validTo) <= now.getTime()) return `it expired on ${certificate.validTo}`;
  if (Date.parse(certificate.validFrom) > now.getTime())
    return `it is not valid before ${certificate.validFrom}`;
  return undefined;
}
