import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../local/machine/run.ts";
import { cacheDirectory, faultOf, fillEntry } from "../../local/toolchain/cache.ts";

/** The files that a running nginx takes. */
export interface Nginx {
  readonly program: string;
  /** Its module for connections of any kind, which Debian has apart. */
  readonly streams: string;
}

/**
 * Debian's nginx, laid out beside what was built here. It is not installed: then it would start by itself, and serve the
 * machine's port 80.
 */
export async function nginx(): Promise<Nginx> {
  const entry = join(cacheDirectory, "debian", "nginx");
  if ((await faultOf(entry)) !== undefined) await fillEntry(entry, unpack);
  return { program: join(entry, "nginx"), streams: join(entry, "ngx_stream_module.so") };
}

async function unpack(into: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "edge-registry-debian-"));
  try {
    const download = () =>
      run("apt-get", ["download", "-q", "nginx", "libnginx-mod-stream"], { cwd: scratch });
    // What apt knows of may be older than what is there.
    await download().catch(() => run("apt-get", ["update", "-q"]).then(download));
    for (const file of await readdir(scratch)) await run("dpkg-deb", ["-x", file, "."], { cwd: scratch });
    await copyFile(join(scratch, "usr/sbin/nginx"), join(into, "nginx"));
    const streams = "ngx_stream_module.so";
    await copyFile(join(scratch, "usr/lib/nginx/modules", streams), join(into, streams));
  } finally {
    await rm(scratch, { recursive: true });
  }
}
