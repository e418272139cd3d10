import type { TargetDefaults } from "./settings/target.ts";

/** One node at the edge, which has all of the registry, and no DNS that knows its name. */
export const singleNode: TargetDefaults = {
  storage: "in-cluster",
  hosts: true,
  expose: "hostPort",
  replicas: 1,
};
