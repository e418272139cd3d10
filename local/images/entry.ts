/** One file of an image's only layer. Owner is root and times are zero, so the same inputs give the same bytes. */
export type Entry =
  | { readonly type: "directory"; readonly path: string; readonly mode?: number; readonly owner?: number }
  | { readonly type: "symlink" | "link"; readonly path: string; readonly to: string }
  | { readonly type: "text"; readonly path: string; readonly text: string; readonly mode?: number }
  | {
      readonly type: "copy";
      readonly path: string;
      /** The file on this machine. */
      readonly from: string;
      readonly mode?: number;
      /** May bind ports below 1024 without being root, as `setcap cap_net_bind_service=+ep` gives it. */
      readonly bindsLowPorts?: boolean;
    };

/** A directory with the usual mode, or another. */
export const directory = (path: string, mode = 0o755, owner = 0): Entry => ({
  type: "directory",
  path,
  mode,
  owner,
});

/** A program of this machine. */
export const program = (path: string, from: string, bindsLowPorts = false): Entry => ({
  type: "copy",
  path,
  from,
  mode: 0o755,
  bindsLowPorts,
});

/** A text file. */
export const text = (path: string, content: string, mode = 0o644): Entry => ({
  type: "text",
  path,
  text: content,
  mode,
});

/** The entries in order of path, each after the directories it lies in, which are added where they are not given. */
export function withParents(entries: readonly Entry[]): readonly Entry[] {
  const all = new Map<string, Entry>();
  for (const entry of entries) {
    const parts = entry.path.split("/").slice(0, -1);
    for (const end of parts.keys()) {
      const parent = parts.slice(0, end + 1).join("/");
      if (parent !== "" && !all.has(parent)) all.set(parent, directory(parent));
    }
    all.set(entry.path, entry);
  }
  // A hard link's target comes first, or an unpacker finds nothing to link to.
  const rank = (entry: Entry) => (entry.type === "link" ? 1 : 0);
  return [...all.values()].sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
}
