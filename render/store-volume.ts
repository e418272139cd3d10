import { readFileSync } from "node:fs";
import { confined } from "./hardening.ts";

/** Where a store keeps its data. */
export type StoreVolume =
  /** A directory of the node, marked as this stack's, or new. */
  | { readonly kind: "hostPath"; readonly path: string }
  /** A claim on a storage class; without a name the cluster's default one. */
  | { readonly kind: "storageClass"; readonly className?: string | undefined };

/** The file in a directory of a node that names the stack whose store it is. */
const marker = ".edge-registry";

/** The volume `data` of a pod. */
export function volumeSource(volume: StoreVolume, claimName: string) {
  return volume.kind === "hostPath"
    ? { hostPath: { path: volume.path, type: "DirectoryOrCreate" } }
    : { persistentVolumeClaim: { claimName } };
}

/** What a store's pod needs to know of the directory that it takes. */
export interface Taking {
  readonly image: string;
  /** The stack. */
  readonly owner: string;
  /** Who the server runs as. */
  readonly user: number;
}

/**
 * On a node's own directory something else may be, also another stack's images, which that stack's destroy would take
 * away: the store starts only where the directory is new, handed over, or its own. Root for this one step, as the
 * directory is root's; the server itself runs as a user without rights.
 */
export function prepareDirectory(volume: StoreVolume, { image, owner, user }: Taking) {
  if (volume.kind !== "hostPath") return [];
  const words = ["/data", marker, owner, `${user}`, volume.path, "/dev/termination-log"];
  return [
    {
      name: "prepare",
      image,
      command: shell("prepare", words),
      securityContext: {
        ...confined(["CHOWN", "DAC_OVERRIDE", "FOWNER"]),
        runAsUser: 0,
        runAsNonRoot: false,
      },
      resources: { requests: { cpu: "10m", memory: "8Mi" }, limits: { memory: "32Mi" } },
      volumeMounts: [{ name: "data", mountPath: "/data" }],
    },
  ];
}

/** The command that removes an owner's directory and says on success what it left. */
export const removeDirectory = (directory: string, owner: string): readonly string[] =>
  shell("remove", [directory, marker, owner]);

/** A script of `store/`; its words are arguments, so that none of them is read as shell. */
const shell = (script: string, words: readonly string[]): string[] => [
  "sh",
  "-c",
  readFileSync(new URL(`../store/${script}.sh`, import.meta.url), "utf8"),
  `${script}.sh`,
  ...words,
];
