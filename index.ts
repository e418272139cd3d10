import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config("edge-registry");

const home = new k8s.core.v1.Namespace("registry", { metadata: { name: config.require("namespace") } });

export const namespace = home.metadata.name;
