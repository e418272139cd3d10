import { goMemoryLimit, openFiles } from "./memory.ts";

/** How a container's process is started. */
export interface Process {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The gateway, by the path of its configuration and the memory that it may use at the most. */
export function gatewayProcess(config: string, memory: string): Process {
  return {
    // Others wait in the kernel's queue until one leaves.
    command: ["sh", "-ec", `ulimit -n ${openFiles(memory)} || :; exec caddy run --config ${config}`],
    env: { GOMEMLIMIT: goMemoryLimit(memory), XDG_CONFIG_HOME: "/tmp", XDG_DATA_HOME: "/tmp" },
  };
}

/** The registry, by the path of its configuration, that of the authority it trusts the store by, and its memory. */
export function registryProcess(config: string, authority: string, memory: string): Process {
  return {
    command: ["registry", "serve", config],
    env: {
      OTEL_TRACES_EXPORTER: "none",
      SSL_CERT_FILE: authority,
      GOMEMLIMIT: goMemoryLimit(memory),
    },
  };
}
