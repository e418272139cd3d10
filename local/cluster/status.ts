import { readFile } from "node:fs/promises";
import { table as columns } from "../../commands/table.ts";
import { controlPlaneAddress, nodeAddress } from "./addresses.ts";
import { type NodeStatus, nodeStatuses } from "./api.ts";
import { processesIn } from "./cgroups.ts";
import { groupOf, initOf } from "./machine.ts";
import { type Cluster, controlPlane } from "./record.ts";

/** A machine of a cluster, as `status` shows it. */
export interface MachineStatus {
  readonly machine: string;
  readonly state: "off" | "starting" | "Ready" | "NotReady";
  readonly address: string;
  readonly runtime: string;
  /** Of all its processes together, each page counted in each that maps it. */
  readonly memoryMiB: number;
}

/** The state of every machine. */
export async function status(cluster: Cluster): Promise<readonly MachineStatus[]> {
  const nodes = await nodeStatuses(cluster).catch((): readonly NodeStatus[] => []);
  const addresses = new Map(
    cluster.nodes.map(({ name, number }) => [name, nodeAddress(cluster.subnet, number)]),
  );
  const rows = [controlPlane, ...addresses.keys()].map(async (machine): Promise<MachineStatus> => {
    const on = (await initOf(cluster, machine)) !== undefined;
    const seen = nodes.find(({ name }) => name === machine);
    const known = machine === controlPlane ? nodes.length > 0 : seen !== undefined;
    const ready = machine === controlPlane ? nodes.length > 0 : (seen?.ready ?? false);
    return {
      machine,
      state: stateOf(on, known, ready),
      address: addresses.get(machine) ?? controlPlaneAddress(cluster.subnet),
      runtime: seen?.runtime ?? "",
      memoryMiB: Math.round(await memoryOf(groupOf(cluster, machine))),
    };
  });
  return Promise.all(rows);
}

function stateOf(on: boolean, known: boolean, ready: boolean): MachineStatus["state"] {
  if (!on) return "off";
  if (!known) return "starting";
  return ready ? "Ready" : "NotReady";
}

async function memoryOf(group: string): Promise<number> {
  const pids = await processesIn(group);
  const sizes = pids.map(async (pid) => {
    const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Rows as a table with a heading. */
export function table(rows: readonly MachineStatus[]): string {
  return columns([
    ["MACHINE", "STATE", "ADDRESS", "RUNTIME", "MEMORY"],
    ...rows.map((row) => [row.machine, row.state, row.address, row.runtime || "-", `${row.memoryMiB} MiB`]),
  ]).join("\n");
}
