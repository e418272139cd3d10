/** The images run as the published ones of the same names do. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Image } from "../../images/archive.ts";
import { catalog, minioImage, minioReference, references } from "../../images/catalog.ts";
import { minio, tools } from "../../toolchain/tools.ts";

let scratch: string;
let images: readonly Image[];
const path = process.env.PATH;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "edge-catalog-"));
  const busybox = '#!/bin/sh\nif [ "$1" = --list ]; then echo sh; else echo bin/sh; fi\n';
  await writeFile(join(scratch, "busybox"), busybox, { mode: 0o755 });
  process.env.PATH = `${scratch}:${path}`;
  images = [...(await catalog("/bin-of-tools")), await minioImage("/bin-of-tools")];
});

after(() => rm(scratch, { recursive: true }));

/** What the published images say of how to run them; a user's number where theirs is a name. */
const published = {
  pause: { User: "65535:65535", Entrypoint: ["/pause"], Cmd: undefined, WorkingDir: "/" },
  coredns: { User: "65532:65532", Entrypoint: ["/coredns"], Cmd: undefined, WorkingDir: "/" },
  busybox: { User: undefined, Entrypoint: undefined, Cmd: ["sh"], WorkingDir: undefined },
  registry: {
    User: undefined,
    Entrypoint: ["/entrypoint.sh"],
    Cmd: ["/etc/distribution/config.yml"],
    WorkingDir: "/",
  },
  versitygw: {
    User: undefined,
    Entrypoint: ["/usr/local/bin/docker-entrypoint.sh"],
    Cmd: undefined,
    WorkingDir: "/",
  },
  caddy: {
    User: undefined,
    Entrypoint: undefined,
    Cmd: ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"],
    WorkingDir: "/srv",
  },
  crane: { User: "65532", Entrypoint: ["/ko-app/crane"], Cmd: undefined, WorkingDir: "/home/nonroot" },
  minio: {
    User: undefined,
    Entrypoint: ["/usr/bin/docker-entrypoint.sh"],
    Cmd: ["minio"],
    WorkingDir: "/",
  },
};

test("each runs as its published counterpart", () => {
  const ours = images.map(({ name, config: { User, Entrypoint, Cmd, WorkingDir } }) => [
    name,
    { User, Entrypoint, Cmd, WorkingDir },
  ]);
  assert.deepEqual(Object.fromEntries(ours), published);
});

test("the sandbox and the name server come first, and each goes by its reference", () => {
  assert.deepEqual(
    images.slice(0, 2).map(({ name }) => name),
    ["pause", "coredns"],
  );
  const named = Object.fromEntries(images.map(({ name, reference }) => [name, reference]));
  assert.deepEqual(named, { ...references, minio: minioReference });
});

test("each has the program it starts, which may be run, and the folder it starts in", () => {
  for (const { name, config, entries } of images) {
    const [first = ""] = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
    const folders = config.Env?.[0]?.replace("PATH=", "").split(":") ?? [];
    const places = first.startsWith("/") ? [first] : folders.map((folder) => `${folder}/${first}`);
    const started =
      entries.find((entry) => places.includes(entry.path)) ?? assert.fail(`${name}: no ${first}`);
    if (started.type === "copy" || started.type === "text") assert.equal(started.mode, 0o755, name);
    const folder = config.WorkingDir ?? "/";
    assert.ok(folder === "/" || entries.some((entry) => entry.path === folder), `${name}: no ${folder}`);
  }
});

test("only what serves ports below 1024 without being root may bind them", () => {
  const low = images.flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.type === "copy" && entry.bindsLowPorts ? [entry.path] : [])),
  );
  assert.deepEqual(low, ["/coredns", "/usr/bin/caddy"]);
});

test("programs come from the tools, this machine's busybox and its certificates, and nothing else", () => {
  const binaries = [...tools, minio]
    .flatMap((tool) => Object.keys(tool.binaries))
    .map((name) => `/bin-of-tools/${name}`);
  const allowed = [...binaries, join(scratch, "busybox"), "/etc/ssl/certs/ca-certificates.crt"];
  for (const { name, entries } of images) {
    for (const entry of entries)
      if (entry.type === "copy") assert.ok(allowed.includes(entry.from), `${name}: ${entry.from}`);
  }
});

test("no image gives a path twice", () => {
  for (const { name, entries } of images) {
    const paths = entries.map((entry) => entry.path);
    assert.deepEqual(
      paths.filter((one, at) => paths.indexOf(one) !== at),
      [],
      name,
    );
  }
});
