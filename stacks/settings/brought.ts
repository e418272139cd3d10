import { objectName } from "./names.ts";
import { onlyCertificatesIn } from "./pem.ts";
import type { Given } from "./reader.ts";
import { type Fault, text } from "./scalars.ts";

/** A server's certificate that somebody else issued. */
export type Brought = {
  /**
   * PEM of the authority behind it, where it is no public one.
   * @default the Secret's `ca.crt`, or the chain's last certificate where that issued itself
   */
  readonly caCertificate?: string;
} & (
  | {
      /** A Secret of type kubernetes.io/tls in the registry's namespace: what is renewed in it is served at once. */
      readonly kind: "secret";
      readonly secretName: string;
    }
  | {
      readonly kind: "pem";
      /** The server's certificate, and those that lead to its authority. */
      readonly certificate: string;
      readonly privateKey: string;
    }
);

/** What is no PEM of certificates; whether they are right is judged with all else that is known of them. */
const notCertificates: Fault = (pem) => {
  if (/^[\w./~-]+$/.test(pem.trim())) return "this is a path: give the file's content";
  if (pem.includes("PRIVATE KEY")) return "it holds a private key";
  return onlyCertificatesIn(pem) === undefined ? "" : undefined;
};

const notAKey: Fault = (pem) => {
  if (/^[\w./~-]+$/.test(pem.trim())) return "this is a path: give the file's content";
  if (/ENCRYPTED/.test(pem)) return "it is encrypted: take the passphrase off with `openssl pkey`";
  return /-----BEGIN (RSA |EC )?PRIVATE KEY-----/.test(pem) ? undefined : "";
};

/** What only a certificate that is brought has. */
export const broughtFields = {
  secretName: objectName,
  certificate: text(
    "the PEM text of the server's certificate and of those that lead to its authority",
    notCertificates,
  ),
  privateKey: text("the PEM text of its private key", notAKey, { secret: true }),
  caCertificate: text("the PEM text of the authority's certificate", notCertificates),
};

/** What was given, where it is a certificate; of two, one: `checkPairs` reports the other. */
export function broughtOf(given: Given<typeof broughtFields>): Brought | undefined {
  const { secretName, certificate, privateKey, caCertificate } = given;
  const ca = caCertificate === undefined ? {} : { caCertificate };
  if (secretName !== undefined) return { kind: "secret", secretName, ...ca };
  if (certificate === undefined && privateKey === undefined) return undefined;
  return { kind: "pem", certificate: certificate ?? "", privateKey: privateKey ?? "", ...ca };
}
