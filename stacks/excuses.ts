import { storeServers } from "../render/store-server.ts";
import type { StoreInCluster } from "./settings/store-in-cluster.ts";
import type { Settings } from "./settings.ts";

/** Why this stack's pods need more than the Pod Security Standard `restricted` admits. */
export const excusesOf = ({ expose, storage }: Pick<Settings, "expose" | "storage">): readonly string[] => [
  ...(expose.kind === "hostPort"
    ? ["the gateway opens a host port, so that clients reach it at the node's address"]
    : []),
  ...(storage.kind === "in-cluster" ? excusesOfStore(storage) : []),
];

const excusesOfStore = ({ volume, durable, server }: StoreInCluster): readonly string[] => [
  "the store opens a host port, so that the engine reaches it at the node's address",
  ...(volume.kind === "hostPath" ? ["the store keeps the images in a directory of the node"] : []),
  ...(durable && storeServers[server].syncing === undefined
    ? ["the store's volume is root's, who alone may have it written through to the disk"]
    : []),
];
