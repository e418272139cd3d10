import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { space } from "./stage.ts";

/** Objects from manifests, which the plugin itself registers. */
export function manifests(opts: pulumi.CustomResourceOptions): pulumi.Output<unknown> {
  const { provider, dependsOn } = opts;
  const group = new k8s.yaml.v2.ConfigGroup(
    "group",
    {
      yaml: `
        apiVersion: v1
        kind: List
        items:
          - {apiVersion: v1, kind: ConfigMap, metadata: {name: listed}, data: {a: "1"}}
          - {apiVersion: v1, kind: Secret, metadata: {name: hidden}, stringData: {a: e2e-geheim}}`,
      objs: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: `${space}-grouped` } }],
    },
    { ...(provider && { providers: [provider] }), ...(dependsOn && { dependsOn }) },
  );
  return group.resources.apply((all) => all.length);
}
