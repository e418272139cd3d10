import { isIP } from "node:net";
import type { Pod } from "./pods.ts";

/** Probes that go over the wire in the clear. */
export function plainProbes({ containers }: Pod): readonly string[] {
  return containers.flatMap(({ name, livenessProbe, readinessProbe, startupProbe }) =>
    Object.entries({ livenessProbe, readinessProbe, startupProbe })
      .filter(([, probe]) => probe?.httpGet && probe.httpGet.scheme !== "HTTPS")
      .map(([kind]) => `container ${name}: its ${kind} has to use HTTPS`),
  );
}

interface Ingress {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: { readonly tls?: readonly unknown[] };
}

/** An Ingress that takes requests in the clear. */
export const plainIngress = ({ spec }: Ingress): readonly string[] =>
  (spec?.tls ?? []).length > 0 ? [] : ["it has no tls"];

/** A route of Traefik's that takes what is not encrypted. */
export const plainRoute = ({ spec }: { readonly spec?: { readonly tls?: unknown } }): readonly string[] =>
  spec?.tls === undefined ? ["it has no tls"] : [];

interface ServiceMonitor {
  readonly spec?: {
    readonly endpoints?: readonly {
      readonly path?: string;
      readonly scheme?: string;
      readonly tlsConfig?: { readonly insecureSkipVerify?: boolean };
    }[];
  };
}

/** Measures that are read in the clear, or from whoever answers. */
export const plainMeasures = ({ spec }: ServiceMonitor): readonly string[] =>
  (spec?.endpoints ?? []).flatMap(({ path = "/metrics", scheme, tlsConfig }) => [
    ...(scheme?.toLowerCase() === "https" ? [] : [`${path} is read without TLS`]),
    ...(tlsConfig?.insecureSkipVerify ? [`${path} is read from whoever answers`] : []),
  ]);

interface Caddy {
  readonly apps?: { readonly http?: { readonly servers?: Readonly<Record<string, Server>> } };
}

interface Server {
  readonly listen?: readonly string[];
  readonly tls_connection_policies?: readonly unknown[];
}

interface Distribution {
  readonly http?: { readonly addr?: string; readonly debug?: { readonly addr?: string } };
  readonly notifications?: {
    readonly endpoints?: readonly { readonly name?: string; readonly url?: string }[];
  };
  readonly storage?: { readonly s3?: { readonly secure?: boolean; readonly regionendpoint?: string } };
}

interface Secret {
  readonly stringData?: Readonly<Record<string, string>>;
  /** The same in base64: what the provider has made of all texts by the time that the engine asks. */
  readonly data?: Readonly<Record<string, string>>;
}

/** Configurations in a Secret that have something spoken in the clear. */
export function plainConfigs(secret: Secret): readonly string[] {
  return Object.entries(textsIn(secret)).flatMap(([key, text]) => configs[key]?.(JSON.parse(text)) ?? []);
}

/** What a Secret holds; of a key that both have, `stringData` counts, as it does for the API server. */
function textsIn({ stringData, data = {} }: Secret): Readonly<Record<string, string>> {
  const decoded = Object.entries(data).map(([key, text]) => [key, Buffer.from(text, "base64").toString()]);
  return { ...Object.fromEntries(decoded), ...stringData };
}

const configs: Readonly<Record<string, (config: Caddy & Distribution) => readonly string[]>> = {
  "caddy.json": ({ apps }) =>
    Object.entries(apps?.http?.servers ?? {})
      .filter(([, { tls_connection_policies = [] }]) => tls_connection_policies.length === 0)
      .map(([name]) => `its server ${name} listens without TLS`),
  "config.yml": ({ http, storage, notifications }) => [
    ...(isLoopback(http?.addr ?? "") ? [] : ["distribution listens without TLS beyond its pod"]),
    ...(isLoopback(http?.debug?.addr ?? "localhost")
      ? []
      : ["distribution can be debugged from beyond its pod"]),
    ...(storage?.s3 && (storage.s3.secure === false || storage.s3.regionendpoint?.startsWith("http:"))
      ? ["the store is spoken to without TLS"]
      : []),
    ...(notifications?.endpoints ?? [])
      .filter(({ url = "" }) => !url.startsWith("https:"))
      .map(({ name }) => `notifications go to ${name} without TLS`),
  ],
};

function isLoopback(address: string): boolean {
  const host = address.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
