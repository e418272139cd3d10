import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { basename, join } from "node:path";

/** The part of a cluster that its name alone decides. */
export interface Identity {
  readonly name: string;
  /** All its files. */
  readonly directory: string;
  /** The control group of all its processes, below each hierarchy. */
  readonly cgroup: string;
  /** The network interface through which this machine reaches it. */
  readonly interface: string;
}

/** Where clusters keep their files, a folder each. */
export const stateDirectory = join(
  process.env.XDG_STATE_HOME ?? join(homedir(), ".local", "state"),
  "edge-registry",
);

/** The control group that holds every cluster's. */
export const cgroupParent = "edge-registry";

/** The rule for a cluster's name: it becomes part of paths and control groups. */
export const namePattern = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

const shortHash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 6);

/** The name of a checkout's own cluster: two checkouts have two. */
export function nameOfCheckout(checkout: string): string {
  const readable = basename(checkout)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 24)
    .replace(/-+$/, "");
  return `${readable || "checkout"}-${shortHash(checkout)}`;
}

/** The identity that belongs to a name. */
export function identityOf(name: string): Identity {
  return {
    name,
    directory: join(stateDirectory, "clusters", name),
    cgroup: `${cgroupParent}/${name}`,
    // Interface names end at 15 characters.
    interface: `edge-${shortHash(name)}`,
  };
}
