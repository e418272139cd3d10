import { readFileSync } from "node:fs";
import { confined } from "./hardening.ts";

/** Where a store keeps its data. */
export type StoreVolume =
  /** A directory of the node, marked as this stack's, or new. */
  | { readonly kind: "hostPath"; readonly path: string }
  /** A claim on a storage class; without a name the cluster's default one. */
  | {
      readonly kind: "storageClass";
      readonly className?: string | undefined;
      /** Where it is made at once, and not when its pod is scheduled. */
      readonly node?: string | undefined;
    };

/** The file in a directory of a node that names the stack whose store it is. */
const marker = ".edge-registry";

/** The volume `data` of a pod. */
export function volumeSource(volume: StoreVolume, claimName: string) {
  return volume.kind === "hostPath"
    ? { hostPath: { path: volume.path, type: "DirectoryOrCreate" } }
    : { persistentVolumeClaim: { claimName } };
}

/** How a store's pod takes its volume, before the server starts. */
export interface Taking {
  /** An image with busybox. */
  readonly image: string;
  /** The stack. */
  readonly owner: string;
  /** Who the server runs as. */
  readonly user: number;
  /** The claim's name, where the volume is one. */
  readonly claim: string;
  /** Whether all that is written there has to outlive a power cut, for a server that does not see to that itself. */
  readonly durable: boolean;
}

/**
 * The steps before a server starts. As root, since a node's directory and the root of most volumes are root's; the
 * server itself runs as a user without rights.
 */
export function initContainers(volume: StoreVolume, taking: Taking) {
  const place = volume.kind === "hostPath" ? `${volume.path} on this node` : `the volume of ${taking.claim}`;
  return [
    // On a node's own directory something else may be, also another stack's images, which that stack's destroy would
    // take away: the store starts only where the directory is new, handed over, or its own.
    ...(volume.kind === "hostPath"
      ? [
          initContainer(
            "prepare",
            taking.image,
            ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
            [...["/data", marker, taking.owner, `${taking.user}`, volume.path, "/dev/termination-log"]],
          ),
        ]
      : []),
    ...(taking.durable
      ? [
          initContainer(
            "durable",
            taking.image,
            ["DAC_OVERRIDE", "FOWNER"],
            [...["/data", "/proc/mounts", place, "/dev/termination-log"]],
          ),
        ]
      : []),
  ];
}

/** A script of `store/` with the volume, and no more of root than these capabilities. */
const initContainer = (
  name: string,
  image: string,
  capabilities: readonly string[],
  words: readonly string[],
) => ({
  name,
  image,
  command: shell(name, words),
  securityContext: { ...confined(capabilities), runAsUser: 0, runAsNonRoot: false },
  resources: { requests: { cpu: "10m", memory: "8Mi" }, limits: { memory: "32Mi" } },
  volumeMounts: [{ name: "data", mountPath: "/data" }],
});

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
