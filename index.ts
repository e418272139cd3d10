import * as pulumi from "@pulumi/pulumi";

// What runs the resources of our own takes as long to start as the rest of the program to load. So it is asked first for
// something, and does not know of it.
pulumi.runtime.invoke("pulumi-nodejs:dynamic:nothing", {}).catch(() => undefined);
const { deploy } = await import("./stacks/deploy.ts");

export const {
  url,
  internalUrl,
  host,
  address,
  caCertificate,
  accounts,
  loginCommand,
  clientSetup,
  pullSecrets,
  certificateExpires,
  certificateRenewsFrom,
  bucket,
  kept,
  nodes,
} = await deploy();
