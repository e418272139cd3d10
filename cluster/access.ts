import type { Agent } from "node:https";
import { createRequire } from "node:module";
import type { ClusterAddress } from "./client.ts";
import { plainAccess } from "./plain-access.ts";

/** A way to an API server: the part of the library's `KubeConfig` that requests are made with. */
export interface Access {
  /** What requests go over, rather than what the access would add. */
  readonly agent?: Agent;
  getCurrentCluster(): { readonly server: string } | null;
  /** Adds what shows who asks, and by what the server is known. */
  applyToHTTPSOptions(options: { headers?: object }): Promise<void>;
}

/** The access that a kubeconfig gives, of whatever kind it is. */
export function accessTo(address: ClusterAddress): Access {
  return plainAccess(address) ?? anyAccess(address);
}

/** By the library, which loads a thousand types of the API first: that takes a second, so only where it is needed. */
function anyAccess({ context, kubeconfig }: ClusterAddress): Access {
  const { KubeConfig }: typeof import("@kubernetes/client-node/dist/config.js") = createRequire(
    import.meta.url,
  )("@kubernetes/client-node/dist/config.js");
  const config = new KubeConfig();
  const named = kubeconfig ?? "of this shell";
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    const reason = error instanceof Error ? error.message : `${error}`;
    throw new Error(`the kubeconfig ${named} cannot be read: ${reason}`);
  }
  if (context !== undefined) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context))
      throw new Error(`the kubeconfig has no context ${context}, it has: ${known.join(", ") || "none"}`);
    config.setCurrentContext(context);
  }
  if (config.getCurrentCluster() === null)
    throw new Error(`the kubeconfig ${named} has no current context: name one in edge-registry:cluster`);
  return config;
}
