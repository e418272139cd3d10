import { readFileSync } from "node:fs";
import { garbageCollection, openFiles } from "./memory.ts";

/** How a container's process is started. */
export interface Process {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Where a gateway's process finds and keeps what. */
export interface GatewayFiles {
  /** The path of its configuration. */
  readonly config: string;
  /** The folder in which it notes what it runs with, and has the socket that it is told by to read that anew. */
  readonly folder: string;
  /** What the configuration reads besides. */
  readonly more?: readonly string[];
}

/** The gateway, by its files and the memory that it may use at the most. */
export function gatewayProcess({ config, folder, more = [] }: GatewayFiles, memory: string): Process {
  const script = readFileSync(new URL("../gateway/serve.sh", import.meta.url), "utf8");
  return {
    command: ["sh", "-c", script, "serve.sh", `${openFiles(memory)}`, folder, config, ...more],
    env: { ...garbageCollection(memory), XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
  };
}

/** The command that says with what text a gateway runs, by its digest, and which one it did not take. */
export const askGateway = (folder: string): readonly string[] => [
  ...["sh", "-c", 'cd "$1" && sed "s/^/serves /" serves && sed "s/^/refused /" refused', "ask", folder],
];

/** A gateway's answer, read: whether it runs with the text of this digest, and whether it refuses it. */
export function answerOf(
  said: string,
  digest: string,
): { readonly serves: boolean; readonly refused: boolean } {
  const lines = said.split("\n");
  const has = (verb: string) => lines.some((line) => line.startsWith(`${verb} ${digest} `));
  return { serves: has("serves"), refused: has("refused") };
}

/**
 * The registry, by the path of its configuration, that of the authority it trusts the store by where the image does not
 * know it, and its memory.
 */
export function registryProcess(config: string, authority: string | undefined, memory: string): Process {
  return {
    command: ["registry", "serve", config],
    env: {
      OTEL_TRACES_EXPORTER: "none",
      ...(authority === undefined ? {} : { SSL_CERT_FILE: authority }),
      ...garbageCollection(memory),
    },
  };
}
