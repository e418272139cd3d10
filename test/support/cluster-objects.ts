import { revisionAnnotation } from "../../render/names.ts";

/** An object that is there. */
export const named = (name: string, metadata: object = {}) => ({
  metadata: { name, uid: name, ...metadata },
});

/** What a list is answered with. */
export const items = (...objects: readonly object[]) => ({ items: objects });

const ready = (is: boolean, message?: string) => ({
  conditions: [{ type: "Ready", status: is ? "True" : "False", ...(message && { message }) }],
});

/** A node with an address. */
export const node = (name: string, address: string, isReady = true) => ({
  ...named(name),
  status: {
    ...ready(isReady),
    addresses: [
      { type: "InternalIP", address },
      { type: "Hostname", address: name },
    ],
  },
});

/** How a pod is, beside its node and its revision. */
export interface PodIs {
  readonly ready?: boolean;
  readonly revision?: string;
  /** What its container waits for. */
  readonly waiting?: { readonly reason: string; readonly message?: string };
  /** What its Ready condition says. */
  readonly message?: string;
  readonly going?: boolean;
}

/** A node's pod. */
export const pod = (nodeName: string, is: PodIs = {}) => ({
  ...named(`pod-on-${nodeName}`, {
    annotations: { [revisionAnnotation]: is.revision ?? "r1" },
    ...(is.going && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
  }),
  spec: { nodeName },
  status: {
    ...ready(is.ready ?? true, is.message),
    containerStatuses: [{ name: "main", state: is.waiting ? { waiting: is.waiting } : { running: {} } }],
  },
});

/** A storage class. */
export const storageClass = (
  name: string,
  { isDefault = false, provisioner = "example.com/disks" } = {},
) => ({
  ...named(name, { annotations: { "storageclass.kubernetes.io/is-default-class": `${isDefault}` } }),
  provisioner,
});
