import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TrustingNode } from "./trusting-node.ts";

/** What people and other programs do to a node, where it has the registry's folder. */
export type Damage = readonly [what: string, damage: (node: TrustingNode, folder: string) => void];

/** Those that the agent mends, of a registry whose hosts line has this address and name. */
export const damagesOf = (address: string, host: string): readonly Damage[] => [
  ["its folder is deleted", (_, folder) => rmSync(folder, { recursive: true })],
  ["all folders are swept away, as Spegel does", (node) => sweep(node.at(node.certs))],
  ["ca.crt is damaged", (_, folder) => writeFileSync(join(folder, "ca.crt"), "-----BEGIN CERT")],
  ["ca.crt is hidden from others", (_, folder) => chmodSync(join(folder, "ca.crt"), 0o600)],
  [
    "the hosts line is gone",
    (node) => editHosts(node, (text) => text.replace(/^.*# edge-registry.*\n/m, "")),
  ],
  [
    "the hosts line has another address",
    (node) => editHosts(node, (text) => text.replace(`${address} ${host}`, `10.255.0.1 ${host}`)),
  ],
];

function sweep(certs: string): void {
  renameSync(certs, `${certs}.old`);
  mkdirSync(certs);
  renameSync(`${certs}.old`, join(certs, "_backup"));
}

/** Changes the text of a node's hosts file. */
export const editHosts = (node: TrustingNode, how: (text: string) => string) =>
  writeFileSync(node.at("/etc/hosts"), how(node.read("/etc/hosts")));
