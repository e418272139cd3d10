import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Subnet } from "./addresses.ts";
import { type Identity, identityOf, stateDirectory } from "./identity.ts";
import type { RuntimeName } from "./runtimes.ts";

/** A node of a cluster; its number decides its name and addresses and is never given again. */
export interface NodeRecord {
  readonly name: string;
  readonly number: number;
  /** How its containerd is set up; the usual way where it is left out. */
  readonly runtime?: RuntimeName;
}

/** What a cluster remembers of itself. */
export interface Cluster extends Identity {
  readonly subnet: Subnet;
  readonly nodes: readonly NodeRecord[];
  /** The highest number that any node of it ever had. */
  readonly highestNumber: number;
  /** The tools its machines run. */
  readonly bin: string;
  /** The archives of the images that its nodes have. */
  readonly images: readonly string[];
  /** The folder of a containerd that has them, which a new node begins with. */
  readonly imageStore: string;
  /** NotReady within seconds, for fault tests: all nodes alike, or they flap. */
  readonly fastNotReady: boolean;
  /** Whether it was once brought up to its end; one that was not is made anew. */
  readonly whole: boolean;
}

/** The folder of a machine's own files. */
export const machineDirectory = ({ directory }: Identity, machine: string) =>
  join(directory, "machines", machine);

/** The name of the machine that runs the control plane. */
export const controlPlane = "control-plane";

/** The names of a cluster's machines, the control plane first. */
export const machinesOf = ({ nodes }: Cluster) => [controlPlane, ...nodes.map(({ name }) => name)];

/** A cluster's kubeconfig for this machine. */
export const kubeconfigOf = ({ directory }: Identity) => join(directory, "kubeconfig");

/** What a cluster remembers; undefined where it is unknown or its record is unreadable. */
export async function readRecord(identity: Identity): Promise<Cluster | undefined> {
  const text = await readFile(join(identity.directory, "cluster.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const { subnet, nodes, ...rest } = JSON.parse(text);
    const isOurs = typeof subnet?.prefix === "string" && Array.isArray(nodes) && Array.isArray(rest.images);
    if (!isOurs || typeof rest.bin !== "string") return undefined;
    return { ...rest, subnet, nodes, ...identity };
  } catch {
    return undefined;
  }
}

/** Writes the record in one step. */
export async function writeRecord(cluster: Cluster): Promise<Cluster> {
  await mkdir(cluster.directory, { recursive: true, mode: 0o700 });
  const path = join(cluster.directory, "cluster.json");
  await writeFile(`${path}.draft`, `${JSON.stringify(cluster, undefined, 2)}\n`);
  await rename(`${path}.draft`, path);
  return cluster;
}

/** The names of all clusters that left files here. */
export async function knownClusters(): Promise<readonly string[]> {
  return readdir(join(stateDirectory, "clusters")).catch(() => []);
}

/** The records of all clusters but one. */
export async function otherRecords(name: string): Promise<readonly Cluster[]> {
  const others = (await knownClusters()).filter((known) => known !== name);
  const records = await Promise.all(others.map((other) => readRecord(identityOf(other))));
  return records.flatMap((record) => record ?? []);
}
