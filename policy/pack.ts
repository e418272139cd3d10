import { PolicyPack } from "@pulumi/policy";
import { known } from "./known.ts";
import { rules } from "./rules.ts";

/** What `pulumi up --policy-pack policy` runs. */
export const pack = new PolicyPack("edge-registry", {
  enforcementLevel: "mandatory",
  policies: rules.map(({ name, description, check }) => ({
    name,
    description,
    validateResource({ type, props }, report) {
      for (const fault of check(type, known(props) as object)) report(fault);
    },
  })),
});
