/** An image's archive, read back: what lies in it, and that every digest and size in it is true. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { extract, type Header } from "tar-stream";
import { architecture, type Image, writeArchive } from "../../images/archive.ts";
import { directory, program, text } from "../../images/entry.ts";

type File = { readonly header: Header; readonly body: Buffer };

async function read(tar: Readable): Promise<readonly File[]> {
  const files: File[] = [];
  const entries = extract();
  tar.pipe(entries);
  for await (const entry of entries) files.push({ header: entry.header, body: await buffer(entry) });
  return files;
}

const long = `/srv/${"a".repeat(120)}/${"b".repeat(120)}`;
let scratch: string;
let files: readonly File[];
let layerFiles: readonly File[];
let image: Image;

const named = (list: readonly File[], name: string) =>
  list.find(({ header }) => header.name === name) ?? assert.fail(`no ${name}`);
const bodyOf = (name: string) => named(files, name).body;
const jsonOf = (name: string) => JSON.parse(bodyOf(name).toString());
const find = (name: string) => named(layerFiles, name);

/** What a descriptor points at, its digest and size checked. */
function follow({ digest, size }: { readonly digest: string; readonly size: number }): Buffer {
  const body = bodyOf(`blobs/${digest.replace(":", "/")}`);
  assert.equal(`sha256:${createHash("sha256").update(body).digest("hex")}`, digest);
  assert.equal(body.length, size, "the size of a blob in bytes");
  return body;
}

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), "edge-archive-"));
  await writeFile(join(scratch, "program"), "#!/bin/sh\n".repeat(300), { mode: 0o600 });
  image = {
    name: "example",
    reference: "registry.example:5000/team/example:1.2",
    entries: [
      { type: "link", path: "/bin/copy", to: "/bin/program" },
      program("/bin/program", join(scratch, "program")),
      program("/bin/low", join(scratch, "program"), true),
      { type: "symlink", path: "/bin/sh", to: "program" },
      directory("/home/nonroot", 0o700, 65532),
      directory("/tmp", 0o1777),
      text("/etc/motd", "größer\n"),
      text(long, "long"),
    ],
    config: { User: "65532", Env: ["PATH=/bin", "NAME=größer"], Entrypoint: ["/bin/low"] },
  };
  await writeArchive(image, join(scratch, "example.tar"));
  files = await read(createReadStream(join(scratch, "example.tar")));
  layerFiles = await read(Readable.from([follow(manifest().layers[0])]));
});

after(() => rm(scratch, { recursive: true }));

const manifest = () => JSON.parse(follow(jsonOf("index.json").manifests[0]).toString());

test("every descriptor leads to bytes of its digest and size, and no blob is without one", () => {
  const { config, layers } = manifest();
  const { rootfs } = JSON.parse(follow(config).toString());
  assert.deepEqual(rootfs, {
    type: "layers",
    diff_ids: layers.map(({ digest }: { digest: string }) => digest),
  });
  assert.equal(files.filter(({ header }) => header.name.startsWith("blobs/")).length, 3);
});

test("it goes by its reference in both kinds of reader", () => {
  const [described] = jsonOf("index.json").manifests;
  assert.equal(described.annotations["io.containerd.image.name"], image.reference);
  assert.deepEqual(described.platform, { architecture, os: "linux" });
  const { config, layers } = manifest();
  const path = ({ digest }: { digest: string }) => `blobs/${digest.replace(":", "/")}`;
  assert.deepEqual(jsonOf("manifest.json")[0], {
    Config: path(config),
    RepoTags: [image.reference],
    Layers: layers.map(path),
  });
});

test("its configuration is what was asked for", () => {
  const config = JSON.parse(follow(manifest().config).toString());
  assert.deepEqual([config.config, config.os, config.architecture], [image.config, "linux", architecture]);
});

test("files have their modes, owners and contents", () => {
  const listing = layerFiles.map(({ header: { name, type, mode = 0, uid } }) => [
    name,
    type,
    mode.toString(8),
    uid,
  ]);
  assert.deepEqual(listing, [
    ["bin", "directory", "755", 0],
    ["bin/low", "file", "755", 0],
    ["bin/program", "file", "755", 0],
    ["bin/sh", "symlink", "777", 0],
    ["etc", "directory", "755", 0],
    ["etc/motd", "file", "644", 0],
    ["home", "directory", "755", 0],
    ["home/nonroot", "directory", "700", 65532],
    ["srv", "directory", "755", 0],
    [`srv/${"a".repeat(120)}`, "directory", "755", 0],
    [long.slice(1), "file", "644", 0],
    ["tmp", "directory", "1777", 0],
    ["bin/copy", "link", "755", 0],
  ]);
  assert.equal(find("etc/motd").body.toString(), "größer\n");
  assert.equal(find("bin/program").body.toString(), "#!/bin/sh\n".repeat(300));
  assert.deepEqual(
    [find("bin/sh").header.linkname, find("bin/copy").header.linkname],
    ["program", "bin/program"],
  );
});

test("no clock, group or name of a user of this machine is in the bytes", () => {
  for (const { header } of [...files, ...layerFiles]) {
    assert.deepEqual([header.mtime?.getTime(), header.uname, header.gname], [0, "", ""], header.name);
    assert.equal(header.gid, header.uid);
  }
});

test("the right to low ports is the 20 bytes that the kernel reads, and only where it was given", () => {
  const { pax } = find("bin/low").header;
  const capability = `${new Map(Object.entries(pax ?? {})).get("SCHILY.xattr.security.capability")}`;
  // Revision 2 and the effective bit; permitted: 1 << 10, CAP_NET_BIND_SERVICE; nothing inheritable.
  const words = new Uint32Array([0x02000001, 1 << 10, 0, 0, 0]);
  assert.deepEqual(Buffer.from(capability), Buffer.from(words.buffer));
  assert.equal(find("bin/program").header.pax, null);
});

test("nothing is left beside the archive, also where a source is missing", async () => {
  const entries = [program("/gone", join(scratch, "no-such-file"))];
  await assert.rejects(writeArchive({ ...image, entries }, join(scratch, "broken.tar")), /ENOENT/);
  assert.deepEqual((await readdir(scratch)).sort(), ["example.tar", "program"]);
});
