import { isIP } from "node:net";
import { registryName, storeName } from "../render/names.ts";
import type { StoreInCluster } from "./settings/store-in-cluster.ts";
import type { Settings } from "./settings.ts";

/** What a certificate is issued for. */
export interface Names {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

/** All that clients call the registry, `kubectl port-forward`'s localhost among it. */
export function registryNames({ host, nodeAddress, namespace }: Settings, called: readonly string[]): Names {
  return sorted([host, nodeAddress, ...called, ...loopback, ...serviceNames(registryName, namespace.name)]);
}

/** All that the registry and the engine call the store. */
export function storeNames({ reachAt }: StoreInCluster, { nodeAddress, namespace }: Settings): Names {
  return sorted([nodeAddress, reachAt.host, ...loopback, ...serviceNames(storeName, namespace.name)]);
}

const loopback = ["localhost", "127.0.0.1", "::1"];

const serviceNames = (service: string, namespace: string) => [
  service,
  `${service}.${namespace}`,
  `${service}.${namespace}.svc`,
  `${service}.${namespace}.svc.cluster.local`,
];

function sorted(names: readonly (string | undefined)[]): Names {
  const all = [...new Set(names)].filter((name) => name !== undefined);
  return {
    dnsNames: all.filter((name) => isIP(name) === 0),
    ipAddresses: all.filter((name) => isIP(name) !== 0),
  };
}
