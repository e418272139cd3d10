import type * as pulumi from "@pulumi/pulumi";
import type { Home } from "../../components/home.ts";
import type { Found } from "../preflight.ts";
import type { Settings } from "../settings.ts";
import { type Reach, reachOf } from "./exposure.ts";

/** Where and when a stack is built. */
export interface Surroundings {
  /** What the cluster and the store said. */
  readonly found: Found;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly now: Date;
}

/** What most components are told. */
export interface Common {
  readonly namespace: pulumi.Output<string>;
  /** Whether a destroy takes the namespace away, with all that is in it. */
  readonly namespaceGoes: boolean;
  readonly stack: string;
  readonly node: string | undefined;
  readonly cluster: Settings["cluster"];
  readonly clusterId: string | undefined;
}

/** The options of whatever is made in the cluster. */
export interface InCluster {
  readonly providers: pulumi.ProviderResource[];
  readonly dependsOn: pulumi.Resource[];
}

/** What each part of a stack is built on. */
export interface Ground extends Surroundings, Reach {
  readonly settings: Settings;
  readonly common: Common;
  readonly inCluster: InCluster;
  readonly home: Home;
}

/** The ground that a home gives. */
export function groundOf(home: Home, settings: Settings, surroundings: Surroundings): Ground {
  const { found, stack } = surroundings;
  const { cluster } = settings;
  const common = {
    ...{ namespace: home.namespace, namespaceGoes: home.goes },
    ...{ stack, node: found.node, cluster, clusterId: found.clusterId },
  };
  const inCluster = { providers: [home.provider], dependsOn: [home] };
  return {
    ...surroundings,
    settings,
    home,
    common,
    inCluster,
    ...reachOf(settings, common, inCluster, surroundings),
  };
}
