import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import { type Entry, withParents } from "./entry.ts";

// struct vfs_cap_data, revision 2: permitted = 1 << CAP_NET_BIND_SERVICE, effective.
// tar-stream measures a value in characters, so each of its bytes must be below 0x80; they are.
const bindService = Buffer.from("0100000200040000000000000000000000000000", "hex").toString("latin1");

/** The tar stream of a layer. */
export function layer(entries: readonly Entry[]): ReturnType<typeof pack> {
  const tar = pack();
  write(entries, tar).then(
    () => tar.finalize(),
    (error) => tar.destroy(error),
  );
  return tar;
}

async function write(entries: readonly Entry[], tar: ReturnType<typeof pack>): Promise<void> {
  for (const entry of withParents(entries)) {
    const header = {
      name: entry.path.slice(1),
      mtime: new Date(0),
      uid: 0,
      gid: 0,
      uname: "",
      gname: "",
    };
    if (entry.type === "directory") {
      const owner = entry.owner ?? 0;
      tar.entry({ ...header, type: "directory", mode: entry.mode ?? 0o755, uid: owner, gid: owner });
    } else if (entry.type === "text") {
      tar.entry({ ...header, type: "file", mode: entry.mode ?? 0o644 }, entry.text);
    } else if (entry.type === "copy") {
      const { size } = await stat(entry.from);
      const pax = entry.bindsLowPorts ? { pax: { "SCHILY.xattr.security.capability": bindService } } : {};
      const file = tar.entry({ ...header, ...pax, type: "file", mode: entry.mode ?? 0o644, size });
      await pipeline(createReadStream(entry.from, { highWaterMark: 1 << 20 }), file);
    } else {
      const to = entry.type === "link" ? entry.to.slice(1) : entry.to;
      tar.entry({ ...header, type: entry.type, linkname: to, mode: entry.type === "link" ? 0o755 : 0o777 });
    }
  }
}
