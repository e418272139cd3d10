import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { requireSpace } from "../machine/disk.ts";
import { CommandFailed, run } from "../machine/run.ts";
import { Failure } from "../terminal/failure.ts";
import { hierarchies, unified } from "./cgroups.ts";
import type { Identity } from "./identity.ts";

/** One thing of the kernel's that nodes need: how to try it, and what a person can do where it fails. */
interface Feature {
  readonly name: string;
  readonly mend: string;
  /** A shell script run in fresh network and mount namespaces. */
  readonly trial: string;
}

const features: readonly Feature[] = [
  {
    name: "network bridges and virtual Ethernet pairs",
    mend: "load the modules bridge and veth",
    trial: "ip link add trial0 type bridge && ip link add trial1 type veth peer name trial2",
  },
  {
    name: "filtering of bridged traffic",
    mend: "load the module br_netfilter",
    trial: "test -e /proc/sys/net/bridge/bridge-nf-call-iptables",
  },
  {
    name: "address translation by iptables",
    mend: "load the module iptable_nat or nf_tables",
    trial:
      "iptables -t nat -N edge-trial && iptables -t nat -A edge-trial -m comment --comment c -j MASQUERADE",
  },
  {
    name: "an overlay file system over the folder that clusters are kept in",
    mend: "load the module overlay, or point XDG_STATE_HOME at a disk that is not itself an overlay",
    trial: 'cd "$SCRATCH" && mkdir -p l u w m && mount -t overlay -o lowerdir=l,upperdir=u,workdir=w none m',
  },
];

const controllers = ["cpu", "cpuset", "memory", "pids"];

/** Makes sure that a cluster can run here, before anything of it is made. */
export async function requireMachine({ directory }: Identity, newNodes: number): Promise<void> {
  requireRoot("a cluster");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await requireSpace(directory, 0.5 + 0.5 * newNodes, `${newNodes} more nodes`);
  await requireControllers();
  await requireNamespaces(directory);
  for (const { name, mend, trial } of features) {
    await inFreshNamespaces(trial, directory).catch((error) => {
      throw new Failure(`this kernel lacks ${name} (${reasonOf(error)}): ${mend}`);
    });
  }
}

/** Makes sure that we may make namespaces and mounts. */
export function requireRoot(purpose: string): void {
  if (process.getuid?.() === 0) return;
  throw new Failure(`${purpose} needs root, for its namespaces and mounts: run the same command with sudo`);
}

async function requireNamespaces(directory: string): Promise<void> {
  await inFreshNamespaces("true", directory).catch((error) => {
    const mend = "run outside a container, or in one that is privileged";
    throw new Failure(`this kernel or container allows no new namespaces (${reasonOf(error)}): ${mend}`);
  });
}

async function requireControllers(): Promise<void> {
  const found = unified()
    ? (await run("cat", ["/sys/fs/cgroup/cgroup.controllers"])).trim().split(" ")
    : (await hierarchies().catch(() => [])).flatMap((folder) => folder.split("/").at(-1)?.split(",") ?? []);
  const lacking = controllers.filter((name) => !found.includes(name));
  if (lacking.length === 0) return;
  const mend =
    "mount cgroup v1 or v2 with them at /sys/fs/cgroup, or enable them on the kernel's command line";
  throw new Failure(`this machine lacks the cgroup controllers ${lacking.join(", ")}: ${mend}`);
}

async function inFreshNamespaces(script: string, directory: string): Promise<void> {
  const scratch = join(directory, "trial"); // below the cluster's files, so that a stop finds it
  await mkdir(scratch, { recursive: true });
  const spaces = ["--net", "--mount", "--propagation", "private", "--pid", "--fork", "--uts", "--ipc"];
  try {
    await run("unshare", [...spaces, "sh", "-euc", script], { env: { SCRATCH: scratch } });
  } finally {
    await run("rm", ["-rf", scratch]);
  }
}

/** The first thing that a trial's command said. */
function reasonOf(error: Error): string {
  const [first = ""] = (error instanceof CommandFailed ? error.output : error.message).split("\n");
  return first.replace(/\.$/, "");
}
