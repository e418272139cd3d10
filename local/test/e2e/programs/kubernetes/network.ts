import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { at, labels } from "./stage.ts";

const unawaited = { "pulumi.com/skipAwait": "true" };
// By a name that a killed `up` had as well: what it left under a name of its own, nobody could take away again, such as
// the port that is changed later.
const sameManager = { "pulumi.com/patchFieldManager": "e2e" };

/** What leads to pods, or keeps from them. */
export function network(opts: pulumi.CustomResourceOptions): void {
  new k8s.networking.v1.NetworkPolicy(
    "policy",
    {
      metadata: { name: at("policy", "policy", "policy-3") },
      spec: { podSelector: {}, policyTypes: [at("Ingress", "Egress")] },
    },
    opts,
  );
  new k8s.core.v1.Service(
    "headless",
    {
      metadata: {
        name: "headless",
        labels: at<Record<string, string>>({ first: "yes" }, {}),
        annotations: { ...unawaited, ...sameManager },
      },
      spec: { clusterIP: at("None", "None", ""), selector: labels, ports: [{ port: at(80, 81) }] },
    },
    opts,
  );
  new k8s.core.v1.Service(
    "web-service",
    { metadata: { name: "web" }, spec: { selector: labels, ports: [{ name: "http", port: 80 }] } },
    opts,
  );
  const backend = { service: { name: "web", port: { number: 80 } } };
  const http = { paths: [{ path: "/", pathType: "Prefix", backend }] };
  new k8s.networking.v1.Ingress(
    "entrance",
    {
      // No controller runs here to give it an address.
      metadata: { name: at("entrance", "entrance", "entrance-3"), annotations: unawaited },
      spec: { rules: [{ host: at("first.example", "second.example"), http }] },
    },
    opts,
  );
}
