import { posix } from "node:path";
import { faults, text } from "./scalars.ts";

/** Folders that must not become the store's own; folders of their own inside may. */
const shared =
  /^\/(bin|boot|etc|home|lib|lib64|media|mnt|opt|root|sbin|srv|usr|var|var\/(cache|lib|local|opt|spool))$/;

/** Folders that nothing inside may be used of: the kernel's, the node's own software's, and what a restart empties. */
const forbidden =
  /^\/(proc|sys|dev|run|tmp|boot|etc|usr|bin|sbin|lib|lib64|var\/(run|tmp|log|lock)|var\/lib\/(kubelet|containerd|containers|docker|etcd|cni|dpkg|rpm|systemd))(\/|$)/;

/** A folder on the node that the store may keep its data in. */
export const hostPath = text(
  "the absolute path of a folder that the store has for itself",
  faults(
    [/^[~$]/, "no shell expands ~ or variables here: write the whole path"],
    [/^[^/]|^$/, "it must begin with /"],
    [/[^A-Za-z0-9._@+/-]/, "only letters, digits and . _ @ + - / are understood"],
    [(path) => path.length > 1000, "it is too long"],
    [/^\/+$/, "it is the whole node"],
    [
      (path) => posix.normalize(path).replace(/\/$/, "") !== path,
      "write it without //, /./, /../ and a last /",
    ],
    [forbidden, "it belongs to the node's system, or is emptied at a restart"],
    [shared, "it is not the store's alone: name a folder inside"],
    [/^\/home\/[^/]+$/, "it is not the store's alone: name a folder inside"],
  ),
  { example: "/var/lib/edge-registry" },
);
