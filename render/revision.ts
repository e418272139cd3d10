import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/**
 * A short mark of what pods were started with; a change of it rolls them. Secret parts are of high entropy (keys,
 * bcrypt lines), so the mark of them tells nothing and is not itself a secret.
 */
export function revisionOf(parts: readonly pulumi.Input<unknown>[]): pulumi.Output<string> {
  return pulumi.unsecret(
    pulumi.all([...parts]).apply((values) => digestOf(JSON.stringify(values)).slice(0, 16)),
  );
}

/** SHA-256, in hex. */
export const digestOf = (text: string) => createHash("sha256").update(text).digest("hex");
