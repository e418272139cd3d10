import { access, open } from "node:fs/promises";
import { Failure } from "../terminal/failure.ts";
import type { Progress } from "../terminal/progress.ts";
import { which } from "../toolchain/path.ts";
import { run } from "./run.ts";

/** Something of the distribution's that is needed: a command or a file, and the Debian package that has it. */
export interface Prerequisite {
  readonly package: string;
  readonly command?: string;
  readonly file?: string;
}

/** What building the tools and running a cluster takes. */
export const prerequisites: readonly Prerequisite[] = [
  { package: "busybox-static", command: "busybox" },
  { package: "ca-certificates", file: "/etc/ssl/certs/ca-certificates.crt" },
  { package: "gcc", command: "gcc" },
  { package: "iproute2", command: "ip" },
  { package: "iptables", command: "iptables" },
  { package: "libc6-dev", file: "/usr/include/stdio.h" },
  { package: "libseccomp-dev", file: "/usr/include/seccomp.h" },
  { package: "openssl", command: "openssl" },
  { package: "pkg-config", command: "pkg-config" },
  { package: "util-linux", command: "unshare" },
];

/** What the tests take besides. */
export const testPrerequisites: readonly Prerequisite[] = [
  { package: "apache2-utils", command: "htpasswd" },
  { package: "e2fsprogs", command: "chattr" },
  { package: "curl", command: "curl" },
  { package: "faketime", command: "faketime" },
  { package: "openssh-client", command: "ssh-keygen" },
  { package: "qemu-user", command: "qemu-riscv64" },
  { package: "shellcheck", command: "shellcheck" },
];

/** What the figures take besides. */
export const benchPrerequisites: readonly Prerequisite[] = [{ package: "wrk", command: "wrk" }];

/** Installs what is missing through apt, where there is one and we may; otherwise says what to install. */
export async function ensurePrerequisites(
  wanted: readonly Prerequisite[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const packages = await missing(wanted);
  if (packages.length === 0) return;
  const list = packages.join(" ");
  const advice = `install them, on Debian and its kin with: apt-get install ${list}`;
  const apt = await which("apt-get");
  if (apt === undefined || process.getuid?.() !== 0)
    throw new Failure(`missing on this machine: ${list}; ${advice}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const install = async () => {
    await run(apt, ["update", "-q"], { env, signal });
    const options = ["-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"];
    await run(apt, ["install", ...options, ...packages], { env, signal });
  };
  await progress.during(`installing ${list}`, install, `installed ${list}`).catch((error) => {
    signal.throwIfAborted();
    throw new Failure(`apt-get could not install ${list} (${error.message}); ${advice}`);
  });
  const still = await missing(wanted);
  if (still.length > 0) throw new Failure(`still missing after apt-get: ${still.join(" ")}; ${advice}`);
}

async function missing(wanted: readonly Prerequisite[]): Promise<string[]> {
  const lacking = await Promise.all(wanted.map(async (one) => ((await isHere(one)) ? [] : [one.package])));
  return lacking.flat();
}

async function isHere({ command, file }: Prerequisite): Promise<boolean> {
  const path = command === undefined ? file : await which(command);
  if (path === undefined) return false;
  if (command === "busybox") return isStatic(path);
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether a program runs in an image that has nothing but it: its ELF header names no interpreter. */
async function isStatic(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    if (buffer.toString("latin1", 0, 4) !== "\x7fELF") return false;
    const [start, size, count] = [
      Number(buffer.readBigUInt64LE(32)),
      buffer.readUInt16LE(54),
      buffer.readUInt16LE(56),
    ];
    const kinds = Array.from({ length: count }, (_, at) => buffer.readUInt32LE(start + at * size));
    return !kinds.includes(3); // PT_INTERP
  } finally {
    await file.close();
  }
}
