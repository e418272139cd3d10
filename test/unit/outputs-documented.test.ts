import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const read = (path: string) => readFileSync(join(import.meta.dirname, "../..", path), "utf8");
const names = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name);

const exported = () => {
  const [, list = ""] = /^export const \{([^}]*)\}/m.exec(read("index.ts")) ?? [];
  return names(list, /(\w+),/g);
};

test("the README's table of outputs has each of the program's, in its order, and no other", () => {
  const [, section = ""] = /^## Outputs\n(.*?)^## /ms.exec(read("README.md")) ?? [];
  const documented = names(section, /^\| `(\w+)` \|/gm);
  assert.ok(documented.length > 0);
  assert.deepEqual(documented, exported());
});

test("the program exports each output that a stack tells", () => {
  const [, body = ""] = /^export interface Outputs \{\n(.*?)^\}/ms.exec(read("stacks/outputs.ts")) ?? [];
  const told = names(body, /^ {2}readonly (\w+):/gm);
  assert.ok(told.length > 0);
  assert.deepEqual(exported(), told);
});
