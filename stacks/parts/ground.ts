import type * as pulumi from "@pulumi/pulumi";
import type { Home } from "../../components/home.ts";
import { hostPort } from "../../render/names.ts";
import type { Found } from "../preflight.ts";
import type { Settings } from "../settings.ts";

/** Where and when a stack is built. */
export interface Surroundings {
  /** What the cluster and the store said. */
  readonly found: Found;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly now: Date;
}

/** What each part of a stack is built on. */
export interface Ground extends Surroundings {
  readonly settings: Settings;
  /** What most components are told. */
  readonly common: {
    readonly namespace: pulumi.Output<string>;
    readonly stack: string;
    readonly node: string | undefined;
    readonly cluster: Settings["cluster"];
    readonly clusterId: string | undefined;
  };
  /** The options of whatever is made in the cluster. */
  readonly inCluster: {
    readonly providers: pulumi.ProviderResource[];
    readonly dependsOn: pulumi.Resource[];
  };
  readonly home: Home;
  /** What the registry is called by clients, the name that is told to people last. */
  readonly names: readonly string[];
  /** The same with the port, as images carry them. */
  readonly servers: readonly string[];
}

/** The ground that a home gives. */
export function groundOf(home: Home, settings: Settings, surroundings: Surroundings): Ground {
  const { found, stack } = surroundings;
  const { nodeAddress, host, port, cluster } = settings;
  const names = [nodeAddress, host].filter((name) => name !== undefined);
  return {
    ...surroundings,
    settings,
    home,
    common: { namespace: home.namespace, stack, node: found.node, cluster, clusterId: found.clusterId },
    inCluster: { providers: [home.provider], dependsOn: [home] },
    names,
    servers: names.map((name) => hostPort(name, port)),
  };
}
