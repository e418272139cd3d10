/** The list of tools against the modules that pin them. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { minioReference, references } from "../../images/catalog.ts";
import { moduleDirectory } from "../../toolchain/go.ts";
import { kwok, minio, preferred, type Tool, tools as usual } from "../../toolchain/tools.ts";

const tools = [...usual, kwok, minio];
const goMod = ({ module }: Tool) => readFileSync(join(moduleDirectory(module), "go.mod"), "utf8");
const built = tools.filter(({ module }) => module.startsWith("toolchain/"));

/** The lines of a keyword, alone or in its parentheses. */
function linesOf(keyword: string, text: string): readonly string[] {
  const blocks = [...text.matchAll(new RegExp(`^${keyword} \\(\\n([^)]*)^\\)`, "gm"))].map(
    (found) => found[1],
  );
  const single = [...text.matchAll(new RegExp(`^${keyword} ([^(\\n]+)$`, "gm"))].map((found) => found[1]);
  return [...blocks, ...single]
    .flatMap((block = "") => block.split("\n"))
    .flatMap((line) => line.trim() || []);
}

/** What is built from a module: its `tool` packages, the dependency a C file is of, or what its own main imports. */
function packagesOf(tool: Tool): readonly string[] {
  if (typeof tool.source === "object") return [tool.source.of];
  if (tool.source === "tool") return linesOf("tool", goMod(tool));
  return linesOf("require", goMod(tool)).flatMap((line) =>
    line.includes("// indirect") ? [] : [line.split(" ")[0] ?? ""],
  );
}

/** The version of the module that has a package: the longest path that the package's begins with. */
function pinOf(tool: Tool, name: string): string | undefined {
  const pins = linesOf("require", goMod(tool)).map((line) => line.split(" "));
  const owners = pins.filter(([path]) => `${name}/`.startsWith(`${path}/`));
  return owners.sort(([a = ""], [b = ""]) => b.length - a.length)[0]?.[1];
}

/** The version as people know it: releases that have a date alone are pinned by their commit's. */
const told = ({ version }: Tool) =>
  version.replace(/^v0\.0\.0-(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)-.*/, "v$1-$2-$3T$4:$5:$6Z");

for (const tool of built) {
  test(`${tool.name} is the version its module pins`, () => {
    const packages = packagesOf(tool);
    assert.ok(packages.length > 0);
    for (const name of packages) assert.equal(pinOf(tool, name), tool.version, name);
  });

  test(`${tool.name} names itself by no other version`, () => {
    const versions = (tool.ldflags ?? "").matchAll(/-X \S*ersion=(\S*)|-X \S*VERSION=(\S*)/g);
    for (const [flag, version] of versions) {
      if (version) assert.equal(version.replace(/^v?/, "v"), told(tool), flag);
    }
  });
}

test("what more than three modules require has one version in all of them, so that it is compiled once", () => {
  const texts = new Map(usual.map((tool) => [basename(tool.module), goMod(tool)]));
  texts.delete("runc"); // the other modules of its specification go with older versions
  const versions = new Map<string, Map<string, string[]>>();
  for (const [module, text] of texts)
    for (const line of linesOf("require", text)) {
      const [path = "", version = ""] = line.split(" ");
      const had = versions.get(path) ?? new Map<string, string[]>();
      had.set(version, [...(had.get(version) ?? []), module]);
      versions.set(path, had);
    }
  // Kubernetes' own have the version of the cluster, or that of those who only talk to it; go-systemd is a package or two.
  const apart = (path: string) => path.startsWith("k8s.io/") || path === "github.com/coreos/go-systemd/v22";
  const differing = [...versions].filter(
    ([path, had]) => !apart(path) && had.size > 1 && [...had.values()].flat().length > 3,
  );
  assert.deepEqual(
    Object.fromEntries(differing),
    {},
    "run go get MODULE@NEWEST in those that have an older one",
  );
});

test("every tool's module is there, with the checksums of what it pins", () => {
  for (const { module } of tools) {
    for (const file of ["go.mod", "go.sum"])
      assert.ok(existsSync(join(moduleDirectory(module), file)), module);
  }
});

test("a module's tool lines build just the binaries that are expected of it", () => {
  for (const tool of tools.filter(({ source }) => source === "tool")) {
    const names = linesOf("tool", goMod(tool)).map((path) => basename(path.replace(/\/v\d+$/, "")));
    assert.deepEqual(names.sort(), Object.values(tool.binaries).sort(), tool.name);
  }
});

test("names of tools and of binaries are given once", () => {
  const names = tools.map(({ name }) => name);
  const binaries = tools.flatMap((tool) => Object.keys(tool.binaries));
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(binaries).size, binaries.length);
});

test("what the machine may bring itself stands for tools whose binaries it brings", () => {
  for (const { commands, instead } of preferred) {
    for (const name of instead) {
      const tool = tools.find((candidate) => candidate.name === name) ?? assert.fail(`no tool ${name}`);
      const lost = Object.values(tool.binaries).filter((binary) => !commands.includes(binary));
      assert.deepEqual(lost, []);
    }
    for (const command of commands)
      assert.ok(
        tools.some(({ binaries }) => Object.values(binaries).includes(command)),
        command,
      );
  }
});

test("the image of MinIO is of the release that is built", () => {
  assert.equal(minioReference.split(":RELEASE.")[1], told(minio).slice(1).replaceAll(":", "-"));
});

test("an image that nodes know by a version is built from that version", () => {
  for (const [name, reference] of Object.entries(references)) {
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool === undefined || name === "pause") continue; // pause has versions of its own
    assert.equal(reference.split(":").at(-1)?.replace(/^v?/, "v"), tool.version, reference);
  }
});
