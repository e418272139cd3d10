import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { mkdir, readFile, readlink, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../machine/run.ts";
import { makeGroup, processesIn, removeGroup } from "./cgroups.ts";
import type { Identity } from "./identity.ts";
import { type Cluster, machineDirectory } from "./record.ts";

/** The control group of a machine; its own processes are in `system` below it, its pods beside that. */
export const groupOf = ({ cgroup }: Identity, machine: string) => `${cgroup}/${machine}`;

/** The process that is pid 1 of a machine, as this machine numbers it; undefined while it is off. */
export async function initOf(cluster: Identity, machine: string): Promise<number | undefined> {
  for (const pid of await processesIn(`${groupOf(cluster, machine)}/system`)) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    if (/^NSpid:\t\d+\t1$/m.test(status)) return pid;
  }
  return undefined;
}

/** Runs a command in a machine's network namespace, with this machine's files. */
export function inNetworkOf(pid: number, ...words: readonly string[]): Promise<string> {
  return run("nsenter", [`--net=/proc/${pid}/ns/net`, ...words]);
}

/** The words that run a command inside a machine, for `run` or `spawn`. */
export function inside(pid: number, ...words: readonly string[]): readonly [string, string[]] {
  const path = "PATH=/opt/edge/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const spaces = ["--mount", "--net", "--pid", "--uts", "--ipc", "--root", "--wd"];
  return ["nsenter", [`--target=${pid}`, ...spaces, "env", path, ...words]];
}

/** The words that run a command in control groups; it enters them first, so that nothing of it is ever outside. */
export function withinGroup(
  folders: readonly string[],
  words: readonly string[],
): readonly [string, string[]] {
  const enter = 'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs"; shift; done; shift; exec "$@"';
  return ["/bin/sh", ["-euc", enter, "enter", ...folders, "--", ...words]];
}

/** Starts a machine on its own files; `init` is the script in its /etc/edge. Returns its pid 1. */
export async function boot(cluster: Cluster, machine: string, init: string): Promise<number> {
  const group = `${groupOf(cluster, machine)}/system`;
  const folders = await makeGroup(group);
  const files = machineDirectory(cluster, machine);
  await Promise.all(
    ["root-mount", "tmp", "var/tmp", "root"].map((name) => mkdir(join(files, name), { recursive: true })),
  );
  const env = {
    ...process.env,
    MACHINE: machine,
    FILES: files,
    BIN: cluster.bin,
    INIT: init,
  };
  const log = openSync(join(files, "boot.log"), "a");
  const spaces = ["--net", "--mount", "--propagation", "private", "--pid", "--uts", "--ipc"];
  const words = [
    "unshare",
    ...spaces,
    "--fork",
    "--kill-child",
    "/bin/bash",
    join(scripts, "machine-root.sh"),
  ];
  const [command, args] = withinGroup(folders, words);
  const child = spawn(command, args, { detached: true, stdio: ["ignore", log, log], cwd: "/", env });
  closeSync(log);
  let ended = false;
  child.on("error", () => {
    ended = true;
  });
  child.on("exit", () => {
    ended = true;
  });
  child.unref();
  for (;;) {
    const pid = await initOf(cluster, machine);
    if (pid !== undefined && (await hasOwnNetwork(pid))) return pid;
    if (ended)
      throw new Error(`${machine} did not start: ${await readFile(join(files, "boot.log"), "utf8")}`);
    await sleep(5);
  }
}

async function hasOwnNetwork(pid: number): Promise<boolean> {
  const [its, ours] = await Promise.all([
    readlink(`/proc/${pid}/ns/net`).catch(() => undefined),
    readlink("/proc/self/ns/net"),
  ]);
  return its !== undefined && its !== ours;
}

/** Whether a machine's pid 1 has left this machine's files for its own: a command in it would meet ours before. */
export async function hasOwnRoot(pid: number): Promise<boolean> {
  const [its, ours] = await Promise.all([stat(`/proc/${pid}/root/`), stat("/")]);
  return its.dev !== ours.dev || its.ino !== ours.ino;
}

/** Cuts a machine's power: every process of it is killed at once, its files stay. */
export async function powerOff(cluster: Identity, machine: string): Promise<void> {
  const pid = await initOf(cluster, machine);
  // The death of pid 1 takes the whole pid namespace with it; the group's other processes are its parents.
  if (pid !== undefined) process.kill(pid, "SIGKILL");
  // Its control groups go too, as at any reboot: a kubelet that finds those of dead pods takes seconds over each.
  await removeGroup(groupOf(cluster, machine));
}

/** The files of this machine that a machine's /etc begins with. */
const hostFiles = [
  ...[
    "alternatives",
    "ca-certificates",
    "group",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "nsswitch.conf",
  ],
  ...["os-release", "passwd", "protocols", "services", "ssl"],
];

/** Gives a new machine its /etc, /var, /tmp and /root; one that has them keeps them, as a reboot does. */
export async function layOut(cluster: Cluster, machine: string): Promise<string> {
  const files = machineDirectory(cluster, machine);
  const folders = ["etc/edge", "etc/kubernetes", "var/lib", "var/log", "var/cache", "var/tmp", "tmp", "root"];
  await Promise.all(folders.map((name) => mkdir(join(files, name), { recursive: true })));
  if (!existsSync(join(files, "etc/passwd"))) {
    const here = hostFiles.map((name) => `/etc/${name}`).filter((path) => existsSync(path));
    await run("cp", ["-a", ...here, join(files, "etc/")]);
  }
  await run("chmod", ["1777", join(files, "tmp"), join(files, "var/tmp")]);
  await run("ln", ["-sfn", "/run", join(files, "var/run")]);
  return files;
}

/** The folder this file's scripts lie in, which machines get a copy of. */
export const scripts = dirname(import.meta.filename);
