import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { delimiter, dirname, join, resolve } from "node:path";
import { load } from "js-yaml";
import type { Access } from "./access.ts";
import type { ClusterAddress } from "./client.ts";

/** An entry of a kubeconfig's lists. */
interface Entry {
  readonly name?: unknown;
  readonly [kind: string]: unknown;
}

/**
 * The access that a kubeconfig of the usual kind gives: one file, a certificate or a token, no proxy. Undefined wherever
 * it says anything else or is not right: that is for the library, with all that it knows and its words for what is wrong.
 */
export function plainAccess({ context, kubeconfig = usual() }: ClusterAddress): Access | undefined {
  try {
    return kubeconfig === undefined ? undefined : accessIn(kubeconfig, context);
  } catch {
    return undefined;
  }
}

/** Where `kubectl` looks, unless that is several files. */
function usual(): string | undefined {
  const { KUBECONFIG, HOME } = process.env;
  if (KUBECONFIG) return KUBECONFIG.includes(delimiter) ? undefined : KUBECONFIG;
  return HOME ? join(HOME, ".kube/config") : undefined;
}

function accessIn(path: string, wanted: string | undefined): Access | undefined {
  const config = load(readFileSync(path, "utf8")) as Readonly<Record<string, unknown>>;
  const context = entryOf(config.contexts, "context", wanted ?? config["current-context"]);
  const cluster = texts(entryOf(config.clusters, "cluster", context?.cluster), clusterFields);
  const user = texts(entryOf(config.users, "user", context?.user), userFields);
  if (!cluster?.server?.startsWith("https://") || user === undefined) return undefined;
  const from = (bag: Readonly<Record<string, string>>, field: string) => {
    const [file, data] = [bag[field], bag[`${field}-data`]];
    if (data !== undefined) return Buffer.from(data, "base64");
    return file === undefined ? undefined : readFileSync(resolve(dirname(path), file));
  };
  const [ca, cert, key] = [
    from(cluster, "certificate-authority"),
    from(user, "client-certificate"),
    from(user, "client-key"),
  ];
  const identity = {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(cluster["tls-server-name"] && { servername: cluster["tls-server-name"] }),
  };
  const agent = new Agent({ ...identity, keepAlive: true });
  const authorization = user.token ? { authorization: `Bearer ${user.token}` } : {};
  const { server } = cluster;
  return {
    // A handshake costs either side more than most answers do. Commands in pods, which last, go over the other one.
    agent: new Agent({ keepAlive: true, maxSockets: 3 }),
    getCurrentCluster: () => ({ server }),
    async applyToHTTPSOptions(options) {
      Object.assign(options, { ...identity, agent, headers: { ...options.headers, ...authorization } });
    },
  };
}

const clusterFields = [
  "server",
  "certificate-authority",
  "certificate-authority-data",
  "tls-server-name",
  "extensions",
];
const userFields = [
  "client-certificate",
  "client-certificate-data",
  "client-key",
  "client-key-data",
  "token",
];

/** What the entry with this name holds. */
function entryOf(list: unknown, kind: string, name: unknown): Readonly<Record<string, unknown>> | undefined {
  const found = (list as readonly Entry[]).find((entry) => entry.name === name);
  return found?.[kind] as Readonly<Record<string, unknown>> | undefined;
}

/** The fields that are texts, where there are no other ones than these. */
function texts(
  bag: Readonly<Record<string, unknown>> | undefined,
  fields: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const odd = ([field, value]: [string, unknown]) =>
    !fields.includes(field) || (typeof value !== "string" && field !== "extensions");
  if (bag === undefined || Object.entries(bag).some(odd)) return undefined;
  return Object.fromEntries(
    Object.entries(bag).filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}
