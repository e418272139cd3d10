/** What a pod may have beyond what every pod may, and why. */
export interface Excuse {
  /** The pod's label `app`. */
  readonly app: string;
  /** Whether it may use the node's own network. */
  readonly hostNetwork?: true;
  /** Whether it may have folders of the node. */
  readonly hostPath?: true;
  /** Whether it may open ports of the node. */
  readonly hostPorts?: true;
  /** What single containers may have. */
  readonly containers?: Readonly<Record<string, ContainerExcuse>>;
}

interface ContainerExcuse {
  /** Whether it may run as root. */
  readonly root?: true;
  /** The capabilities it may have. */
  readonly capabilities: readonly string[];
}

/** The same as the stack gives for its namespaces' Pod Security level; nobody else has one. */
export const excuses: readonly Excuse[] = [
  {
    // It writes the registry's authority into folders of the node, also while the pod network is down.
    app: "node-trust",
    hostNetwork: true,
    hostPath: true,
    containers: { agent: { root: true, capabilities: ["DAC_OVERRIDE"] } },
  },
  {
    // Clients reach it at the node's address. The published Caddy carries the capability and cannot start without it.
    app: "registry",
    hostPorts: true,
    containers: { gateway: { capabilities: ["NET_BIND_SERVICE"] } },
  },
  {
    // The engine reaches it at the node's address; its images may lie in a folder of the node, which is root's.
    app: "object-store",
    hostPath: true,
    hostPorts: true,
    containers: {
      prepare: { root: true, capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER"] },
      durable: { root: true, capabilities: ["DAC_OVERRIDE", "FOWNER"] },
    },
  },
];

/** What a pod is excused for. */
export const excuseOf = (app: string): Excuse => excuses.find((excuse) => excuse.app === app) ?? { app };
