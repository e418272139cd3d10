/** The settings that a platform engineer begins from, as they are and with what they leave to comments. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadYaml } from "@kubernetes/client-node";
import { problems } from "../support/example-settings.ts";

const text = readFileSync(new URL("../../Pulumi.cloud.yaml", import.meta.url), "utf8");

/** The settings of a text, with the keys of S3 that a person is asked for. */
function settingsOf(yaml: string): Readonly<Record<string, unknown>> {
  const { config } = loadYaml<{ config: Readonly<Record<string, unknown>> }>(yaml);
  const entries = Object.entries(config).map(([key, value]) => [key.replace("edge-registry:", ""), value]);
  return Object.fromEntries(entries);
}

const keys = { accessKey: "AKIAEXAMPLE", secretKey: "a-secret-of-S3" };
const context = { stack: "cloud" };

test("it lacks the keys of the S3 account, which it says, and nothing else", () => {
  const settings = settingsOf(text);
  const lacking = problems(settings, context);
  assert.equal(lacking.length, 2);
  for (const [index, key] of ["accessKey", "secretKey"].entries()) {
    const command = `pulumi config set --secret --path edge-registry:storage.${key}`;
    assert.ok(lacking[index]?.endsWith(`run: ${command}`), lacking[index]);
    assert.ok(text.includes(`#   ${command}\n`));
  }
  assert.deepEqual(problems({ ...settings, storage: { ...Object(settings.storage), ...keys } }, context), []);
});

test("its first up may do without the proof, which no DNS record leads to yet", () => {
  const [line = ""] = /^ {2}# edge-registry:proof: .*$/m.exec(text) ?? [];
  const first = settingsOf(`config:\n${line.replace("# ", "")}\n`);
  assert.deepEqual(first, { proof: "off" });
  const storage = { ...Object(settingsOf(text).storage), ...keys };
  assert.deepEqual(problems({ ...settingsOf(text), ...first, storage }, context), []);
});

test("what it leaves to comments is right too", () => {
  const [, inCluster = ""] = /Or a store in the cluster.*?\n((?: {2}# .*\n)+)/.exec(text) ?? [];
  const other = settingsOf(`config:\n${inCluster.replaceAll("  # ", "  ")}`);
  assert.deepEqual(Object.keys(Object(other.storage)), ["kind", "storageClasses", "size"]);
  assert.deepEqual(problems({ ...settingsOf(text), ...other }, context), []);
  for (const word of ["pathStyle", "create"]) assert.match(text, new RegExp(`^ {4}# ${word}: false `, "m"));
});
