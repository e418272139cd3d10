import type { ClusterClient, KubeObject } from "../../cluster/client.ts";
import { certificatesIn } from "../../render/pem.ts";
import type { Brought } from "../settings/brought.ts";
import { keyIn } from "../settings/pem.ts";
import type { Settings } from "../settings.ts";
import { type Chain, judge, strange } from "./chain.ts";

interface Secret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** What was found out about a brought certificate. */
export interface BroughtFound {
  readonly chain?: Chain;
  readonly problems: readonly string[];
}

/** What clients call a registry whose certificate is brought. */
export const broughtNames = ({ host, nodeAddress }: Pick<Settings, "host" | "nodeAddress">) =>
  [host ?? nodeAddress].filter((name) => name !== undefined);

/** Judges a certificate of the settings, which needs no cluster. */
export function judgePem(
  { certificate, privateKey, caCertificate }: Brought & { readonly kind: "pem" },
  settings: Pick<Settings, "host" | "nodeAddress">,
  now: Date,
): BroughtFound {
  return told("certificate.certificate", { certificate, privateKey, caCertificate }, settings, now);
}

/** Asks for the Secret with a certificate, and judges that. */
export async function judgeSecret(
  client: ClusterClient,
  { secretName, caCertificate }: Brought & { readonly kind: "secret" },
  settings: Pick<Settings, "host" | "nodeAddress" | "namespace">,
  now: Date,
): Promise<BroughtFound> {
  const namespace = settings.namespace.name;
  const problem = (sentence: string) => ({ problems: [`certificate.secretName: ${sentence}`] });
  const secret = await client.get<Secret>(`/api/v1/namespaces/${namespace}/secrets/${secretName}`);
  if (secret === undefined)
    return problem(
      `expected a Secret of namespace ${namespace}, got ${secretName}, which is not there: kubectl -n ${namespace} create secret tls ${secretName} --cert tls.crt --key tls.key`,
    );
  if (secret.type !== "kubernetes.io/tls")
    return problem(
      `expected a Secret of type kubernetes.io/tls, got ${secretName} of type ${secret.type ?? "Opaque"}: kubectl -n ${namespace} create secret tls ANOTHER --cert tls.crt --key tls.key`,
    );
  const text = (key: string) => Buffer.from(secret.data?.[key] ?? "", "base64").toString();
  if (text("tls.crt") === "" || text("tls.key") === "")
    return problem(
      `${secretName} holds no certificate yet: wait until it is issued; kubectl -n ${namespace} get certificates,certificaterequests shows why it is not`,
    );
  const ca = caCertificate ?? (text("ca.crt") || undefined);
  const pair = { certificate: text("tls.crt"), privateKey: text("tls.key"), caCertificate: ca };
  return told(`certificate.secretName: ${secretName}`, pair, settings, now);
}

interface Pair {
  readonly certificate: string;
  readonly privateKey: string;
  readonly caCertificate: string | undefined;
}

function told(
  where: string,
  { certificate, privateKey, caCertificate }: Pair,
  settings: Pick<Settings, "host" | "nodeAddress">,
  now: Date,
): BroughtFound {
  const { chain, faults, stranger } = judge({
    certificates: certificatesIn(certificate),
    key: keyIn(privateKey),
    authorities: certificatesIn(caCertificate ?? ""),
    names: broughtNames(settings),
    now,
  });
  const unknown = stranger === undefined ? [] : [strange(stranger, "set certificate.caCertificate")];
  const problems = [...faults, ...unknown].map((fault) => `${where}: ${fault}`);
  return { ...(chain && { chain }), problems };
}
