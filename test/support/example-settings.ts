import assert from "node:assert/strict";
import { SettingsError } from "../../stacks/settings/problems.ts";
import type { StoreInCluster } from "../../stacks/settings/store-in-cluster.ts";
import { type Context, parse, type Settings } from "../../stacks/settings.ts";

/** What a new site sets on the stack `dev`. */
export const least = { nodeAddress: "192.0.2.10" };

/** What a site with an S3 service sets. */
export const external = {
  kind: "external",
  endpoint: "https://s3.example.com",
  accessKey: "AKIAEXAMPLE",
  secretKey: "a-secret-of-S3",
};

/** Settings as the engine hands them over: prefixed, objects and lists as JSON. What is undefined is not set. */
export function raw(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const set = Object.entries(settings).filter(([, value]) => value !== undefined);
  const entries = set.map(([key, value]) => [
    key.includes(":") ? key : `edge-registry:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(entries);
}

/** What settings mean. */
export function meant(settings: Readonly<Record<string, unknown>>, context: Partial<Context> = {}): Settings {
  return parse(raw(settings), { stack: "dev", now: new Date("2026-01-01T00:00:00Z"), ...context });
}

/** The store that settings have in the cluster. */
export function storeIn({ storage }: Settings): StoreInCluster {
  assert.equal(storage.kind, "in-cluster");
  return storage as StoreInCluster;
}

/** What is said of settings; none where they are right. */
export function problems(
  settings: Readonly<Record<string, unknown>>,
  context: Partial<Context> = {},
): readonly string[] {
  try {
    meant(settings, context);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError, `${error}`);
    assert.equal(error.message, error.problems.join("\n"));
    return error.problems;
  }
}
