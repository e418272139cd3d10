import { readFileSync } from "node:fs";

/** What each node is asked to trust. */
export interface TrustWishes {
  /** Marks what is this stack's on a node: letters, digits, `.`, `_`, `-` and `/`. */
  readonly owner: string;
  /** The names of the registry, each `host:port`, an IPv6 address in brackets. */
  readonly registries: readonly string[];
  /** The line of the hosts file; undefined for none. */
  readonly hosts?: { readonly address: string; readonly name: string } | undefined;
  /**
   * Whether what somebody else put in its place is taken over.
   * @default false
   */
  readonly adopt?: boolean | undefined;
  /** The authority's certificates in PEM, of one or two generations. */
  readonly bundle: string;
  /** When the certificates start to be valid; a node whose clock is before it says so. */
  readonly notBefore?: Date | undefined;
}

const scripts = ["trust", "runtimes", "containerd", "home", "certs", "hosts", "status"].map(
  (name) => `${name}.sh`,
);

/** The files of the agent's ConfigMap: what is wished for, and the scripts of `node/`. */
export function trustFiles(wishes: TrustWishes): Record<string, string> {
  const { owner, registries, hosts, adopt = false, bundle, notBefore } = wishes;
  const line = hosts === undefined ? "" : `${hosts.address} ${hosts.name}`;
  refuseUnless("an owner", owner, /^[A-Za-z0-9._/-]+$/);
  for (const registry of registries)
    refuseUnless("a registry", registry, /^[\][A-Za-z0-9:-][\][A-Za-z0-9.:-]*$/);
  if (hosts !== undefined)
    refuseUnless("a line of the hosts file", line, /^[0-9a-fA-F.:]+ [A-Za-z0-9][A-Za-z0-9.-]*$/);
  return {
    owner: `${owner}\n`,
    registries: registries.map((registry) => `${registry}\n`).join(""),
    hosts: line === "" ? "" : `${line}\n`,
    adopt: adopt ? "yes\n" : "",
    "ca.crt": bundle,
    ...(notBefore === undefined ? {} : { "not-before": `${Math.ceil(notBefore.getTime() / 1000)}\n` }),
    ...Object.fromEntries(scripts.map((name) => [name, script(name)])),
  };
}

const script = (name: string) => readFileSync(new URL(`../node/${name}`, import.meta.url), "utf8");

// The agent refuses it as well, but then a rollout has begun.
function refuseUnless(what: string, text: string, pattern: RegExp) {
  if (!pattern.test(text))
    throw new Error(`Expected ${what} such as ${pattern.source}, got ${JSON.stringify(text)}`);
}
