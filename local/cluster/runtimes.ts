import { Failure } from "../terminal/failure.ts";

/** How a node's containerd is set up. */
interface Runtime {
  /** The file it is configured by. */
  readonly config: string;
  /** Where that lets it look for authorities; undefined where it names no folder. */
  readonly certs?: string;
  /** What the node notes of itself in the cluster, as `kubectl annotate` takes it. */
  readonly annotation?: string;
}

const k3s = "/var/lib/rancher/k3s/agent/etc/containerd";

/** What nodes may differ in: containerd set up as its documentation asks, as it comes packaged, or as k3s does it. */
export const runtimes = {
  containerd: { config: "/etc/containerd/config.toml", certs: "/etc/containerd/certs.d" },
  plain: { config: "/etc/containerd/config.toml" },
  k3s: { config: `${k3s}/config.toml`, certs: `${k3s}/certs.d`, annotation: 'k3s.io/node-args=["agent"]' },
} as const satisfies Readonly<Record<string, Runtime>>;

export type RuntimeName = keyof typeof runtimes;

/** What a node has that is asked for nothing else. */
export const usualRuntime = "containerd";

/** How the node of a record is set up. */
export const runtimeOf = ({ runtime = usualRuntime }: { readonly runtime?: RuntimeName }): Runtime =>
  runtimes[runtime];

/** The runtimes of nodes by their names, from `NODE=RUNTIME` texts. */
export function runtimesIn(texts: readonly string[]): Readonly<Record<string, RuntimeName>> {
  const pairs = texts.map((text) => {
    const [, node = "", name = ""] = /^([^=]*)=(.*)$/.exec(text) ?? [];
    if (/^node-[1-9]\d?$/.test(node) && isRuntime(name)) return [node, name] as const;
    throw new Failure(`--runtime: expected a node and ${oneOf}, as in node-2=plain, got ${text}`);
  });
  const twice = pairs.find(([node], at) => pairs.findIndex(([other]) => other === node) !== at);
  if (twice) throw new Failure(`--runtime: expected one for each node, got two for ${twice[0]}`);
  return Object.fromEntries(pairs);
}

/** The runtime of that name, the usual one where there is none. */
export function runtimeNamed(name: string = usualRuntime): RuntimeName {
  if (isRuntime(name)) return name;
  throw new Failure(`expected ${oneOf}, got ${name}`);
}

const oneOf = Object.keys(runtimes)
  .join(", ")
  .replace(/, (\w+)$/, " or $1");

const isRuntime = (name: string): name is RuntimeName => Object.hasOwn(runtimes, name);
