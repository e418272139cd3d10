import type { BucketAddress } from "./client.ts";
import { must } from "./must.ts";
import { codeOf } from "./trouble.ts";

/** Whose images a bucket holds, as the bucket itself says. */
export interface Owner {
  /** The stack's name, as its cluster knows it too. */
  readonly stack: string;
  /** Whether the stack created the bucket, and may delete it. */
  readonly created: boolean;
  /** What of the stack's state has it: the same bucket reached by another URL has another one. */
  readonly holder: string;
}

/** The object that says it. */
export const ownerKey = "edge-registry.json";

/** Whose a bucket says it is; undefined where it says nothing. */
export async function ownerOf(address: BucketAddress): Promise<Owner | undefined> {
  const answer = await must(address, { method: "GET", key: ownerKey }, "GetObject", ["NoSuchKey"]);
  if (codeOf(answer) === "NoSuchKey") return undefined;
  try {
    const { stack, created, holder } = JSON.parse(answer.body);
    return typeof stack === "string" ? { stack, created: created === true, holder: `${holder}` } : undefined;
  } catch {
    return undefined;
  }
}

/** Has a bucket say whose it is. */
export async function own(address: BucketAddress, owner: Owner): Promise<void> {
  await must(address, { method: "PUT", key: ownerKey, body: JSON.stringify(owner) }, "PutObject");
}

/** Has it say nothing. */
export async function disown(address: BucketAddress): Promise<void> {
  await must(address, { method: "DELETE", key: ownerKey }, "DeleteObject");
}
