import type { TargetDefaults } from "./settings/target.ts";

/** A cluster whose machines come and go, with an S3 service and DNS beside it. */
export const cloud: TargetDefaults = {
  storage: "external",
  hosts: false,
  expose: "loadBalancer",
  replicas: 2,
};
