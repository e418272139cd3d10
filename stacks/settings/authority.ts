import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Place } from "./reader.ts";
import { type Fault, text } from "./scalars.ts";
import { object } from "./structures.ts";

const onePem = (kind: string) =>
  new RegExp(`^\\s*-----BEGIN ${kind}-----[A-Za-z0-9+/=\\s]+-----END ${kind}-----\\s*$`);
const certificatePem = onePem("CERTIFICATE");
const keyPem = onePem("(?:RSA |EC )?PRIVATE KEY");

function tried<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}

const certificateIn = (pem: string) =>
  certificatePem.test(pem) ? tried(() => new X509Certificate(pem)) : undefined;
const keyIn = (pem: string) => (keyPem.test(pem) ? tried(() => createPrivateKey(pem)) : undefined);

const notAnAuthority: Fault = (pem, { now }) => {
  if ((pem.match(/-----BEGIN CERTIFICATE-----/g) ?? []).length > 1) return "it holds more than one";
  const found = certificateIn(pem);
  if (found === undefined) return pem.includes("PRIVATE KEY") ? "it holds a private key" : "";
  if (!found.ca) return "it is no authority's: its basic constraints lack CA:TRUE";
  if (Date.parse(found.validTo) <= now.getTime()) return `it expired on ${found.validTo}`;
  if (Date.parse(found.validFrom) > now.getTime()) return `it is not valid before ${found.validFrom}`;
  return undefined;
};

const notAKey: Fault = (pem) => {
  if (/ENCRYPTED/.test(pem)) return "it is encrypted: take the passphrase off with `openssl pkey`";
  if (/EC PARAMETERS/.test(pem)) return "it holds more than the key: `openssl pkey` writes the key alone";
  const key = keyIn(pem);
  if (key === undefined) return "";
  return usable(key) ? undefined : "only RSA, ECDSA and Ed25519 keys can issue here";
};

const usable = (key: KeyObject) => ["rsa", "ec", "ed25519"].includes(key.asymmetricKeyType ?? "");

const fields = {
  certificate: text("the PEM text of one authority's certificate", notAnAuthority, { secret: true }),
  privateKey: text("the PEM text of the authority's private key", notAKey, { secret: true }),
};
const readPair = object('{"certificate": …, "privateKey": …}, both PEM', fields, [
  "certificate",
  "privateKey",
]);

/** An authority whose key is its certificate's. */
export const readAuthority: typeof readPair = Object.assign(
  (value: unknown, at: Place) => {
    const pair = readPair(value, at);
    if (pair === undefined) return undefined;
    const key = keyIn(pair.privateKey);
    if (key !== undefined && certificateIn(pair.certificate)?.checkPrivateKey(key)) return pair;
    return void at.problems.add(`${at.key}.privateKey`, {
      rule: "the key of authority.certificate",
      got: "another one",
    });
  },
  { fields },
);
