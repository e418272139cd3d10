import { command } from "../settings/problems.ts";
import type { Settings } from "../settings.ts";

/** Where a cluster has its node ports, unless its API server was started with another range, which nobody can ask it. */
const usual = { first: 30000, last: 32767 };

/** A node port that most clusters refuse. */
export function nodePortWarnings({ expose, port }: Pick<Settings, "expose" | "port">): readonly string[] {
  if (expose.kind !== "nodePort" || (port >= usual.first && port <= usual.last)) return [];
  return [
    `port: ${port} is refused as a node port unless the API server's --service-node-port-range has it, as ${usual.first}-${usual.last} does not: ${command("port", "30045")}`,
  ];
}
