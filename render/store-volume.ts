import { confined } from "./hardening.ts";

/** Where a store keeps its data. */
export type StoreVolume =
  /** A directory of the node, marked as ours, or new. */
  | { readonly kind: "hostPath"; readonly path: string }
  /** A claim on a storage class; without a name the cluster's default one. */
  | { readonly kind: "storageClass"; readonly className?: string | undefined };

/** The file that marks a directory of a node as a store's. */
export const marker = ".edge-registry";

/** The volume `data` of a pod. */
export function volumeSource(volume: StoreVolume, claimName: string) {
  return volume.kind === "hostPath"
    ? { hostPath: { path: volume.path, type: "DirectoryOrCreate" } }
    : { persistentVolumeClaim: { claimName } };
}

/**
 * On a node's own directory something else may be: the store starts only where the directory is new, or marked by an
 * earlier start. Root for this one step, as the directory is root's; the server itself runs as a user without rights.
 */
export function prepareDirectory(volume: StoreVolume, image: string, user: number) {
  if (volume.kind !== "hostPath") return [];
  const refusal = `${volume.path} on this node holds files and no ${marker}: it is not a registry's. To take it over, put an empty file ${marker} there; otherwise choose another storage.hostPath`;
  const script = [
    `[ -e /data/${marker} ] || [ -z "$(ls -A /data)" ] || { echo ${quoted(refusal)} | tee /dev/termination-log; exit 1; }`,
    `chown ${user}:${user} /data`,
    `: > /data/${marker}`,
  ];
  return [
    {
      name: "prepare",
      image,
      command: ["sh", "-ec", script.join("\n")],
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

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
