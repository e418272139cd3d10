import { type KeyObject, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { rootCertificates } from "node:tls";
import { untimely } from "../settings/pem.ts";

/** A server's certificate that is right. */
export interface Chain {
  /** PEM of the authority behind it. */
  readonly authority: string;
  /** Whether all the world knows that authority. */
  readonly isPublic: boolean;
  /** When the first of its certificates ends, as RFC 3339. */
  readonly expires: string;
}

/** What a certificate is judged by. */
export interface Evidence {
  /** The server's certificate, and those that lead to its authority. */
  readonly certificates: readonly X509Certificate[];
  readonly key: KeyObject | undefined;
  /** Whom somebody said to be its authority: of several, one that issued it. None leaves that to the chain. */
  readonly authorities: readonly X509Certificate[];
  /** What clients call the server. */
  readonly names: readonly string[];
  readonly now: Date;
  /**
   * Whom all the world knows.
   * @default the roots that Node knows
   */
  readonly roots?: readonly X509Certificate[];
}

/** A chain, or all that is wrong with it. */
export type Judgement =
  | { readonly chain: Chain; readonly faults: readonly []; readonly stranger?: undefined }
  | {
      readonly chain?: undefined;
      readonly faults: readonly string[];
      /** Who issued it, where that is nobody known: whether clients know is not to be seen in it. */
      readonly stranger?: string;
    };

/** Judges what a server is going to show, as its clients will. */
export function judge(evidence: Evidence): Judgement {
  const { certificates, key, authorities, names, now, roots = publicRoots() } = evidence;
  const [leaf] = certificates;
  if (leaf === undefined) return { faults: ["it holds no certificate"] };
  const { anchor, stranger, fault } = endOf(certificates, authorities, roots);
  const faults = [
    ...(key === undefined ? ["its key is none that can be read"] : []),
    ...(key !== undefined && !leaf.checkPrivateKey(key) ? ["its key is another certificate's"] : []),
    ...certificates.flatMap((one) => timeFault(one, now)),
    ...(anchor === undefined ? [] : timeFault(anchor, now)),
    ...(fault === undefined ? [] : [fault]),
    ...names
      .filter((name) => !covers(leaf, name))
      .map((name) => `it is not for ${name}, but for ${subjects(leaf)}`),
    ...(serves(leaf) ? [] : ["its extended key usage lacks serverAuth, so that clients refuse it"]),
  ];
  if (faults.length > 0 || anchor === undefined)
    return { faults: [...new Set(faults)], ...(stranger !== undefined && { stranger }) };
  const ends = [...certificates, anchor].map(({ validToDate }) => validToDate.getTime());
  return {
    chain: {
      authority: anchor.toString(),
      isPublic: roots.some((root) => root.fingerprint256 === anchor.fingerprint256),
      expires: new Date(Math.min(...ends)).toISOString(),
    },
    faults: [],
  };
}

let known: readonly X509Certificate[] | undefined;
function publicRoots(): readonly X509Certificate[] {
  known ??= rootCertificates.map((pem) => new X509Certificate(pem));
  return known;
}

const issued = (one: X509Certificate, issuer: X509Certificate) =>
  one.checkIssued(issuer) && one.verify(issuer.publicKey);

/** What a chain ends at: an authority, somebody whom nobody knows, or a fault. */
interface End {
  readonly anchor?: X509Certificate;
  readonly stranger?: string;
  readonly fault?: string;
}

function endOf(
  certificates: readonly X509Certificate[],
  known: readonly X509Certificate[],
  roots: readonly X509Certificate[],
): End {
  for (const [index, one] of certificates.entries()) {
    const next = certificates[index + 1];
    if (next === undefined || issued(one, next)) continue;
    return certificates.some((other) => other !== one && issued(one, other))
      ? {
          fault:
            "its certificates are in another order than the server's first, and after each one who issued it",
        }
      : { fault: `after ${called(one)} comes ${called(next)}, which did not issue it` };
  }
  const last = certificates.at(-1);
  if (last === undefined) return { fault: "it holds no certificate" };
  const among = (one: X509Certificate) =>
    certificates.some(({ fingerprint256 }) => fingerprint256 === one.fingerprint256);
  const anchor =
    known.length > 0
      ? known.find((one) => among(one) || issued(last, one))
      : issued(last, last)
        ? last
        : roots.find((one) => issued(last, one));
  if (anchor !== undefined) return { anchor };
  if (known.length === 0) return { stranger: issuerOf(last) };
  return {
    fault: `it does not lead to ${known.map(called).join(" or ")}, but to ${issuerOf(last)}: intermediate certificates may be missing`,
  };
}

/** What is said of a chain whose authority nobody knows; `otherwise` is how to say who that is. */
export const strange = (stranger: string, otherwise: string) =>
  `who issued it, ${stranger}, is no public authority: add the intermediate certificates that are missing, or ${otherwise}`;

const oneLine = (name: string) => name.trim().replaceAll("\n", ", ");
const called = ({ subject }: X509Certificate) => oneLine(subject ?? "a certificate without a name");
const issuerOf = ({ issuer }: X509Certificate) => oneLine(issuer);

function timeFault(certificate: X509Certificate, now: Date): readonly string[] {
  const why = untimely(certificate, now);
  return why === undefined ? [] : [`of ${called(certificate)}, ${why}`];
}

/** By its alternative names alone: no client looks at its common name any more. */
const covers = (leaf: X509Certificate, name: string) =>
  (isIP(name) === 0 ? leaf.checkHost(name, { subject: "never" }) : leaf.checkIP(name)) !== undefined;

const subjects = ({ subjectAltName = "no name" }: X509Certificate) =>
  subjectAltName.replaceAll("DNS:", "").replaceAll("IP Address:", "");

/** Whether clients take it for a server's: without the extension it is for anything. */
const serves = ({ keyUsage }: X509Certificate) =>
  keyUsage === undefined || keyUsage.includes("1.3.6.1.5.5.7.3.1");
