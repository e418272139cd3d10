/**
 * One object of each kind whose diff or wait is a rule of its own. No pod ever runs: nothing here needs an image.
 * E2E_NAMESPACE names the namespace, STEP what to do; see stage.ts.
 */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { access } from "./access.ts";
import { custom } from "./custom.ts";
import { manifests } from "./manifests.ts";
import { network } from "./network.ts";
import { space, step } from "./stage.ts";
import { storage } from "./storage.ts";
import { outdated, stuck, workloads } from "./workloads.ts";

const provider = new k8s.Provider("target", { namespace: space });
const namespace = new k8s.core.v1.Namespace("space", { metadata: { name: space } }, { provider });
const opts: pulumi.CustomResourceOptions = { provider, dependsOn: [namespace] };

const made = access(opts);
storage(opts);
network(opts);
workloads(opts);
custom(opts);
if (step === "stuck") stuck(opts);
if (step === "outdated") outdated(opts);
export const grouped = step === "grouped" ? manifests(opts) : undefined;

export const mode = made.settings.data.mode;
export const uid = made.fixed.metadata.uid;
export const secret = made.secret.data;
export const seen = k8s.core.v1.ConfigMap.get("seen", made.fixed.id, { provider }).data;
