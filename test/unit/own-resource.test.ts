import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import Module from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type * as pulumi from "@pulumi/pulumi";
import { handlerOf } from "../../resources/handler.ts";
import { OwnResource } from "../../resources/own-resource.ts";
import { registered } from "../support/mocks.ts";

/** Evaluates what the state holds just as the provider of dynamic resources does. */
function evaluated(text: string): pulumi.dynamic.ResourceProvider {
  const module = new Module("provider");
  Reflect.get(module, "_compile").call(module, text, "provider");
  return module.exports.handler();
}

test("what the state holds is the name of a file, by which the checkout's code is called", async () => {
  const recorded = await registered(() => void new OwnResource("probe", "one", { word: "w" }, {}));
  const { inputs, type } = recorded.one("probe one");
  assert.equal(type, "pulumi-nodejs:dynamic/edge-registry:probe");
  assert.equal(inputs.word, "w");
  const folder = mkdtempSync(join(tmpdir(), "edge registry 'é-"));
  const before = process.cwd();
  try {
    mkdirSync(join(folder, "resources"));
    copyFileSync(
      join(import.meta.dirname, "../../resources/handler.ts"),
      join(folder, "resources/handler.ts"),
    );
    const code = `export const provider = {
      async check(olds, news) { return [{ property: "word", reason: olds.word + news.word }]; },
      async diff(olds, news) { return { changes: olds.word !== news.word }; },
      async create(inputs: object) { return { id: "made", outs: { ...inputs, cwd: process.cwd() } }; },
      async update(id, olds, news) { return { ...news, id, was: olds.word }; },
      async delete(id, state) { throw new Error(id + " stays " + state.word); },
      async refresh(state) { if (state.word !== "w") throw new Error(state.word + " is no longer"); },
    };`;
    writeFileSync(join(folder, "resources/probe.ts"), code);
    process.chdir(folder);
    const provider = evaluated(`${inputs.__provider}`);
    assert.deepEqual(await provider.check?.({ word: "a" }, { word: "b" }), {
      inputs: { word: "b" },
      failures: [{ property: "word", reason: "ab" }],
    });
    assert.deepEqual(await provider.diff?.("id", { word: "a" }, { word: "b" }), { changes: true });
    assert.deepEqual(await provider.create?.({ word: "w" }), {
      id: "made",
      outs: { word: "w", cwd: folder },
    });
    const outs = { word: "b", id: "id", was: "a" };
    assert.deepEqual(await provider.update?.("id", { word: "a" }, { word: "b" }), { outs });
    await assert.rejects(async () => provider.delete?.("id", { word: "w" }), {
      message: "id stays w",
      stack: "",
    });
    assert.deepEqual(await provider.read?.("id", { word: "w" }), { id: "id", props: { word: "w" } });
    await assert.rejects(async () => provider.read?.("id", { word: "v" }), { message: "v is no longer" });
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
});

const bare = handlerOf({
  provider: {
    async create(inputs) {
      if (inputs.broken) throw new Error("broken");
      return { id: "made", outs: { ...inputs, made: true } };
    },
  },
});

test("a provider that only creates refuses nothing, updates by creating, deletes nothing and finds all as it is", async () => {
  assert.deepEqual(await bare.check({}, { a: 1 }), { inputs: { a: 1 }, failures: [] });
  assert.deepEqual(await bare.update("id", { a: 1 }, { a: 2 }), { outs: { a: 2, made: true } });
  assert.equal(await bare.delete("id", { a: 1 }), undefined);
  assert.deepEqual(await bare.read("id", { a: 1 }), { id: "id", props: { a: 1 } });
});

test("any input that differs is a change, the code's text is none", async () => {
  const diff = async (olds: object, news: object) =>
    (await bare.diff("id", { ...olds }, { ...news })).changes;
  assert.equal(await diff({ a: { b: [1] } }, { a: { b: [1] } }), false);
  assert.equal(await diff({ a: { b: [1] } }, { a: { b: [2] } }), true);
  assert.equal(await diff({ a: 1, state: "kept" }, { a: 1 }), false);
  assert.equal(await diff({ __provider: "old" }, { __provider: "new" }), false);
});

test("a failure is told without the calls that led to it", async () => {
  for (const failing of [bare.create({ broken: true }), bare.update("id", {}, { broken: true })])
    await assert.rejects(failing, { message: "broken", stack: "" });
});
