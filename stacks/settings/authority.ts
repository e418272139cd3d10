import type { KeyObject } from "node:crypto";
import { keyIn, onlyCertificatesIn, untimely } from "./pem.ts";
import type { Place } from "./reader.ts";
import { type Fault, text } from "./scalars.ts";
import { object } from "./structures.ts";

const notAnAuthority: Fault = (pem, { now }) => {
  if ((pem.match(/-----BEGIN CERTIFICATE-----/g) ?? []).length > 1) return "it holds more than one";
  const [found] = onlyCertificatesIn(pem) ?? [];
  if (found === undefined) return pem.includes("PRIVATE KEY") ? "it holds a private key" : "";
  return found.ca ? untimely(found, now) : "it is no authority's: its basic constraints lack CA:TRUE";
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
    if (key !== undefined && onlyCertificatesIn(pair.certificate)?.[0]?.checkPrivateKey(key)) return pair;
    return void at.problems.add(`${at.key}.privateKey`, {
      rule: "the key of authority.certificate",
      got: "another one",
    });
  },
  { fields },
);
