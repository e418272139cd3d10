import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { at, space } from "./stage.ts";

/** A kind of our own, and one object of it. */
export function custom(opts: pulumi.CustomResourceOptions): void {
  const group = `${space}.example.com`;
  const spec = { type: "object", x_kubernetes_preserve_unknown_fields: true };
  const schema = { openAPIV3Schema: { type: "object", properties: { spec } } };
  const definition = new k8s.apiextensions.v1.CustomResourceDefinition(
    "definition",
    {
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { plural: "things", singular: "thing", kind: "Thing" },
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    },
    opts,
  );
  new k8s.apiextensions.CustomResource(
    "thing",
    {
      apiVersion: `${group}/v1`,
      kind: "Thing",
      metadata: { name: at("thing", "thing", "thing-3") },
      spec: { size: at(1, 2) },
    },
    { ...opts, dependsOn: [definition] },
  );
}
