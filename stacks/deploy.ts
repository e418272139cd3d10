import * as pulumi from "@pulumi/pulumi";
import { build } from "./build.ts";
import type { Outputs } from "./outputs.ts";
import { preflight } from "./preflight.ts";
import { parse } from "./settings.ts";
import { told } from "./told.ts";

/** What the stack's settings ask for, once they and all that they name are known to be right. */
export async function deploy(): Promise<Outputs> {
  const now = new Date();
  const stack = `${pulumi.getProject()}.${pulumi.getStack()}`;
  const settings = await told(() => parse(pulumi.runtime.allConfig(), { stack: pulumi.getStack(), now }));
  const preview = pulumi.runtime.isDryRun();
  const warn = (message: string) => void pulumi.log.warn(message);
  const found = await told(() => preflight({ settings, stack, preview, now, warn }));
  return build(settings, { found, stack, now });
}
