/** Where a build is kept: what changes it gives another place, and nothing else does. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, before, test } from "node:test";
import type { Tool } from "../../toolchain/tools.ts";

let scratch: string;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "edge-build-"));
  process.env.XDG_CACHE_HOME = join(scratch, "cache"); // read once, by the imports of each test
});

after(() => rm(scratch, { recursive: true }));

/** A tool whose module is a folder of ours. */
async function example(files: Readonly<Record<string, string>>): Promise<Tool> {
  const folder = await mkdtemp(join(scratch, "module-"));
  await mkdir(join(folder, "inner"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const module = relative(join(import.meta.dirname, "../.."), folder);
  return { name: "example", version: "v1.0.0", module, source: ".", binaries: { example: "example" } };
}

const files = {
  "go.mod": "module x\n",
  "go.sum": "",
  "main.go": "package main\n",
  "inner/a.go": "package inner\n",
};

test("another pin, source, folder or flag gives another place", async () => {
  const { entryOf } = await import("../../toolchain/build.ts");
  const tool = await example(files);
  const folder = join(import.meta.dirname, "../..", tool.module);
  const seen = new Map<string, string>();
  const isNew = async (why: string, flags: Partial<Tool> = {}) => {
    const entry = await entryOf({ ...tool, ...flags });
    assert.equal(seen.get(entry), undefined, why);
    assert.match(entry, /\/cache\/edge-registry\/tools\/example-[0-9a-f]{16}$/);
    seen.set(entry, why);
  };
  await isNew("the first");
  await isNew("a linker flag", { ldflags: "-X main.version=v1" });
  await isNew("a tag", { tags: ["netgo"] });
  await isNew("cgo", { cgo: true });
  await isNew("the version", { version: "v1.0.1" });
  await isNew("a binary's name", { binaries: { other: "example" } });
  const { goEnvironment } = await import("../../toolchain/go.ts");
  seen.set(await entryOf(tool, { ...goEnvironment, GOAMD64: "v3" }), "Go's environment");
  assert.equal(seen.size, 7, "Go's environment");
  assert.equal(seen.get(await entryOf(tool, { ...goEnvironment, HOME: "/other" })), "the first");
  for (const name of ["go.mod", "go.sum", "main.go", "inner/a.go", "inner/new.go"]) {
    await writeFile(join(folder, name), `${name} is another`);
    await isNew(name);
  }
  await rm(join(folder, "inner/new.go"));
  await writeFile(join(folder, "inner/renamed.go"), "inner/new.go is another");
  await isNew("a renamed file");
});

test("tests and other files beside the source do not count", async () => {
  const { entryOf } = await import("../../toolchain/build.ts");
  const tool = await example(files);
  const before = await entryOf(tool);
  const folder = join(import.meta.dirname, "../..", tool.module);
  for (const name of ["main_test.go", "inner/a_test.go", "README.md"])
    await writeFile(join(folder, name), "new");
  assert.equal(await entryOf(tool), before);
});

test("the folder of tools has every binary under its own name, and is mended when one is replaced", async () => {
  const { assembleBin } = await import("../../toolchain/bin.ts");
  const { fillEntry } = await import("../../toolchain/cache.ts");
  const tool = { ...(await example({})), binaries: { one: "one", two: "2" } };
  const plugins = { ...tool, name: "plugins", binaries: { plugins: "plugins" } };
  const built = await Promise.all(
    [tool, plugins].map(async (one) => {
      const entry = join(scratch, "cache", `${one.name}-0`);
      const fill = (into: string) =>
        Promise.all(Object.keys(one.binaries).map((name) => writeFile(join(into, name), `${name}!`)));
      await fillEntry(entry, async (into) => void (await fill(into)));
      return { tool: one, entry };
    }),
  );
  await mkdir(join(scratch, "cache/edge-registry/bin"), { recursive: true });
  const bin = await assembleBin(built, new Map([["kubectl", "/usr/bin/kubectl"]]));
  assert.deepEqual((await readdir(bin)).sort(), [
    "kubectl",
    "one",
    "plugins",
    "pulumi-language-nodejs",
    "pulumi-resource-pulumi-nodejs",
    "two",
  ]);
  assert.deepEqual((await readdir(join(bin, "plugins"))).sort(), [
    "pulumi-resource-kubernetes",
    "pulumi-resource-minio",
    "pulumi-resource-random",
    "pulumi-resource-tls",
  ]);
  assert.equal(await readFile(join(bin, "two"), "utf8"), "two!");

  const { ino } = await stat(bin);
  const again = () => assembleBin(built, new Map([["kubectl", "/usr/bin/kubectl"]]));
  assert.deepEqual([await again(), (await stat(bin)).ino], [bin, ino]);
  await rm(join(bin, "one"));
  await writeFile(join(bin, "one"), "something else");
  assert.equal(await again(), bin);
  assert.equal(await readFile(join(bin, "one"), "utf8"), "one!");
  assert.equal(existsSync(`${bin}.draft`), false);
  assert.notEqual(await assembleBin(built, new Map()), bin);
  assert.equal(dirname(bin), join(scratch, "cache/edge-registry/bin"));
});
