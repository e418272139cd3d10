import { setImmediate as turn } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

// The provider of our own resources takes as long to start as the rest of the program to load. It is woken by a call of a
// function that it does not have, and says so; in one turn of the event loop that call leaves, before the rest blocks it.
pulumi.runtime.invoke("pulumi-nodejs:dynamic:nothing", {}).catch(() => undefined);
await turn();
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
