/** The README's table of settings and the keys of Pulumi.yaml, against the code. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { loadYaml } from "@kubernetes/client-node";
import { externalFields } from "../../stacks/settings/external-store.ts";
import { fields } from "../../stacks/settings/given.ts";
import type { Fields, Reader } from "../../stacks/settings/reader.ts";
import { external, least, meant, problems } from "../support/example-settings.ts";

const text = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const keyed = Object.entries(fields as Fields);
/** Keys without a default, which the engine would require if Pulumi.yaml listed them, or with one for each target. */
const unlisted = ["host", "nodeAddress", "port", "expose", "replicas", "priorityClass"];
/** Those that are a word or an object. */
const both = ["namespace", "expose", "replicas", "nodeTrust", "metrics"];

/** The settings that a table would list: the innermost, but lists as one. */
function paths(key: string, { fields: inside }: Reader<unknown>): readonly string[] {
  if (inside === undefined || ["accounts", "notifications"].includes(key)) return [key];
  const deeper = Object.entries(inside).flatMap(([name, reader]) => paths(`${key}.${name}`, reader));
  return both.includes(key) ? [key, ...deeper] : deeper;
}

interface Row {
  readonly keys: readonly string[];
  readonly meaning: string;
  readonly standard: string;
}

const words = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
const rows: readonly Row[] = (text("README.md").split("\n## Settings\n")[1] ?? "")
  .split("\n## ", 1)
  .join()
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.slice(1, -1).split("|"))
  .map(([keys = "", meaning = "", standard = ""]) => ({
    keys: words(keys),
    meaning,
    standard: standard.trim(),
  }));

test("the README lists every setting in the order of the code", () => {
  const listed = rows.flatMap(({ keys }) => keys);
  const known = keyed.flatMap(([key, reader]) => paths(key, reader));
  assert.deepEqual(listed.toSorted(), known.toSorted());
  const heads = (all: readonly string[]) => [...new Set(all.map((path) => path.split(".")[0]))];
  assert.deepEqual(heads(listed), heads(known));
});

test("the README names every part of an account", () => {
  const { meaning } = rows.find(({ keys }) => keys.includes("accounts")) ?? { meaning: "" };
  const parts = Object.keys(fields.accounts.fields ?? {});
  assert.deepEqual(
    parts.filter((part) => !words(meaning).includes(part)),
    [],
  );
  assert.equal(parts.length, 3);
});

test("the README names every part of a notification", () => {
  const { meaning } = rows.find(({ keys }) => keys.includes("notifications")) ?? { meaning: "" };
  const parts = Object.keys(fields.notifications.fields ?? {});
  assert.deepEqual(
    parts.filter((part) => !words(meaning).includes(part)),
    [],
  );
  assert.equal(parts.length, 8);
});

const json = (word: string): unknown => (/^[[{]|^(\d+|true|false)$/.test(word) ? JSON.parse(word) : word);
/** A setting with a value, as an object of objects. */
const within = (path: string, value: unknown): Readonly<Record<string, unknown>> =>
  path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;

/** Settings in which a setting has a meaning, without it and with a value. */
function around(key: string, value: unknown) {
  const [, inside = ""] = /^storage\.(.*)$/.exec(key) ?? [];
  if (!Object.hasOwn(externalFields, inside))
    return { bare: least, set: { ...least, ...within(key, value) } };
  const bare = { ...least, storage: external };
  return { bare, set: { ...bare, storage: { ...external, [inside]: value } } };
}

test("what the README calls a default changes nothing where it is set", () => {
  const literal = rows.filter(({ keys, standard }) => keys.length === 1 && /^`[^`]+`($|[:,])/.test(standard));
  assert.ok(literal.length >= 25, `${literal.length} rows`);
  for (const { keys, standard } of literal) {
    const [key = ""] = keys;
    const value = json(words(standard)[0] ?? "");
    const { bare, set } = around(key, value);
    assert.deepEqual(meant(set), meant(bare), `${key} ${standard}`);
    for (const other of otherValues.filter((one) => String(one) !== String(value)))
      assert.ok(matters(around(key, other)), `${key}: ${other} has no effect`);
  }
});

const lists = [["other"], ["10.0.0.0/8"], [{ name: "a", role: "push" }], [7]];
const otherValues = ["minio", "off", "20Gi", "300Mi", "busybox:2", "other", "false", "true", 7, ...lists];

/** Whether settings mean something else than the defaults, or are refused. */
const matters = ({ bare, set }: ReturnType<typeof around>) =>
  problems(set).length > 0 || !isDeepStrictEqual(meant(set), meant(bare));

interface Listed {
  readonly description: string;
  readonly default: unknown;
}
const { config } = loadYaml<{ config: Readonly<Record<string, Listed>> }>(text("Pulumi.yaml"));

test("Pulumi.yaml describes every setting that has a default, and gives it", () => {
  const listed = Object.entries(config);
  const expected = keyed.map(([key]) => key).filter((key) => !unlisted.includes(key));
  assert.deepEqual(
    listed.map(([key]) => key),
    expected.map((key) => `edge-registry:${key}`),
  );
  for (const [key, value] of listed) {
    assert.deepEqual(Object.keys(value), ["description", "default"], key);
    assert.ok(value.description.length > 10, key);
  }
  const defaults = Object.fromEntries(listed.map(([key, value]) => [key, value.default]));
  assert.deepEqual(meant({ ...least, ...defaults }), meant(least));
  for (const key of unlisted)
    assert.match(text("Pulumi.yaml"), new RegExp(`^#   edge-registry:${key} `, "m"));
});
