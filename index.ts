import * as pulumi from "@pulumi/pulumi";
import { build } from "./stacks/build.ts";
import { preflight } from "./stacks/preflight.ts";
import { parse } from "./stacks/settings.ts";
import { told } from "./stacks/told.ts";

const now = new Date();
const stack = `${pulumi.getProject()}.${pulumi.getStack()}`;
const settings = await told(() => parse(pulumi.runtime.allConfig(), { stack: pulumi.getStack(), now }));
const preview = pulumi.runtime.isDryRun();
const warn = (message: string) => void pulumi.log.warn(message);
const found = await told(() => preflight({ settings, stack, preview, now, warn }));

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
} = build(settings, { found, stack, now });
