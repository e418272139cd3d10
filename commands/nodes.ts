/**
 * Shows whether each node trusts the registry, and why not: `node commands/nodes.ts [--context NAME] [--kubeconfig FILE]
 * [--namespace NAME]`. It asks the agents, and needs nothing but a kubeconfig. It ends with 1 where a node does not.
 */
import { parseArgs } from "node:util";
import { ClusterClient } from "../cluster/client.ts";
import { type NodeTrustView, viewNodes } from "./node-trust-view.ts";
import { table } from "./table.ts";

/** What a person sees. */
export function nodesTable(nodes: readonly NodeTrustView[]): string {
  const rows = nodes.map(({ node, runtime, trusts, authority, since }) => [
    ...[node, runtime, trusts, authority || "-"],
    since === "" ? "-" : `${since.slice(0, 16).replace("T", " ")} UTC`,
  ]);
  const [heading = "", ...lines] = table([["NODE", "RUNTIME", "TRUSTS", "AUTHORITY", "SINCE"], ...rows]);
  const trusting = nodes.filter(({ trusts }) => trusts === "yes").length;
  return [
    heading,
    ...lines.flatMap((line, index) => [
      line,
      ...(nodes[index]?.remarks ?? []).map((remark) => `  ${remark}`),
    ]),
    `${trusting} of ${nodes.length} nodes trust the registry`,
  ].join("\n");
}

if (import.meta.main)
  try {
    const text = { type: "string" } as const;
    const { values } = parseArgs({ options: { context: text, kubeconfig: text, namespace: text } });
    const { namespace, ...address } = values;
    const nodes = await viewNodes(new ClusterClient(address), namespace);
    console.log(nodesTable(nodes));
    if (nodes.some(({ trusts }) => trusts === "no")) process.exitCode = 1;
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
