import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identityOf, stateDirectory } from "../../cluster/identity.ts";
import { run } from "../../machine/run.ts";

/** What of the whole machine a cluster could leave changed, by kind, a line each. */
export type Snapshot = Readonly<Record<string, readonly string[]>>;

const lines = (text: string) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .sort();
const sysctls = ["vm", "kernel", "net/ipv4", "net/bridge", "net/netfilter", "fs/inotify"];
// Counters and the like, which move by themselves.
const moving =
  /count|random|ns_last_pid|pty\/nr|used|tcp_mem|udp_mem|neigh|fastopen_key|conntrack_(max|buckets)|seccomp/;

/** Looks at the machine. */
export async function snapshot(): Promise<Snapshot> {
  const values = await run("sysctl", ["-a"]).catch(() => "");
  return {
    mounts: lines(await run("findmnt", ["-rn", "-o", "TARGET,FSTYPE"])),
    interfaces: lines(await run("ip", ["-o", "link"])).map((line) => line.split(":")[1] ?? ""),
    addresses: lines(await run("ip", ["-o", "-4", "address"])),
    routes: lines(await run("ip", ["-4", "route", "show", "table", "all"])),
    rules: lines(await run("iptables-save", [])).filter((line) => !/^[#:]/.test(line)),
    cgroups: lines(await run("sh", ["-c", "find /sys/fs/cgroup -type d | grep edge-registry || true"])),
    sysctls: lines(values).filter(
      (line) => sysctls.some((part) => line.startsWith(part.replace("/", "."))) && !moving.test(line),
    ),
    files: lines(
      await run("sh", ["-c", `find ${stateDirectory} /etc/cni /opt -maxdepth 3 2>/dev/null || true`]),
    ),
    namespaces: namespaces(),
  };
}

/** The namespaces that any process lives in. */
function namespaces(): readonly string[] {
  const found = new Set<string>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    for (const kind of ["net", "pid", "mnt", "uts", "ipc"]) {
      try {
        found.add(readlinkSync(`/proc/${pid}/ns/${kind}`));
      } catch {} // it ended meanwhile
    }
  }
  return [...found].sort();
}

/** What is there now and was not before, and what is gone; the kernel takes namespaces apart a moment later. */
export async function changesSince(before: Snapshot): Promise<readonly string[]> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const now = await snapshot();
    const changes = Object.entries(before).flatMap(([kind, was]) => {
      const is = now[kind] ?? [];
      const added = is.filter((line) => !was.includes(line)).map((line) => `${kind}: + ${line}`);
      const gone =
        kind === "namespaces"
          ? []
          : was.filter((line) => !is.includes(line)).map((line) => `${kind}: - ${line}`);
      return [...added, ...gone];
    });
    if (changes.length === 0 || Date.now() > deadline) return changes;
    await sleep(100);
  }
}

/** The processes of a cluster, those that only wait for their parent left out. */
export function processesOf(name: string, machine = ""): readonly string[] {
  const own = `/${join(identityOf(name).cgroup, machine)}`;
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .flatMap((pid) => {
      try {
        const group = readFileSync(`/proc/${pid}/cgroup`, "utf8");
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return command !== "" && group.includes(`${own}/`) ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
}
