import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { personalFolder } from "../machine/folders.ts";

/** The part of a cluster that its name and the person's state folder alone decide. */
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
export const stateDirectory = personalFolder("XDG_STATE_HOME", ".local/state");

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
  const directory = join(stateDirectory, "clusters", name);
  return {
    name,
    directory,
    // Two people, or one with two state folders, may use the same name.
    cgroup: `${cgroupParent}/${name}-${shortHash(directory)}`,
    // Interface names end at 15 characters.
    interface: `edge-${shortHash(directory)}`,
  };
}
