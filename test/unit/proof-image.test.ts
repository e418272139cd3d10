import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import fc from "fast-check";
import { extract } from "tar-stream";
import { hold, holdPlatforms } from "../../render/hold.ts";
import { proofImage } from "../../render/proof-image.ts";

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const label = "f4e1c0de";
const image = proofImage(label);

test("the same label gives the same image today, tomorrow and elsewhere", () => {
  // A second `up` must change nothing. Whoever changes the image on purpose writes its new digest here.
  assert.equal(image.digest, "sha256:e9d15980c8245f454684756aa66f0f91c13d35ea138b7988ab0fe16c809c1bbb");
  assert.deepEqual(proofImage(label), image);
});

test("every platform has its own image, in an index", () => {
  const index = json(image.files["index.json"]);
  assert.equal(index.mediaType, "application/vnd.oci.image.index.v1+json");
  assert.deepEqual(
    index.manifests.map(({ platform }: { platform: object }) => platform),
    [
      { os: "linux", architecture: "amd64" },
      { os: "linux", architecture: "arm64" },
      { os: "linux", architecture: "arm", variant: "v7" },
      { os: "linux", architecture: "386" },
      { os: "linux", architecture: "ppc64le" },
      { os: "linux", architecture: "s390x" },
      { os: "linux", architecture: "riscv64" },
    ],
  );
});

test("each descriptor tells the truth, and no file is there without one", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (label) => {
      const { files, digest } = proofImage(label);
      const used = new Set(["oci-layout", "index.json"]);
      const follow = ({ digest, size }: Descriptor): Uint8Array => {
        const path = `blobs/${digest.replace(":", "/")}`;
        const data = files[path] ?? assert.fail(`${path} is missing`);
        assert.deepEqual([sha256(data), data.length], [digest, size]);
        used.add(path);
        return data;
      };
      for (const described of json(files["index.json"]).manifests) {
        const manifest = json(follow(described));
        const config = json(follow(manifest.config));
        assert.equal(manifest.mediaType, described.mediaType);
        assert.deepEqual(described.platform, pick(config, Object.keys(described.platform)));
        for (const layer of manifest.layers) follow(layer);
        assert.deepEqual(
          config.rootfs.diff_ids,
          manifest.layers.map(({ digest }: Descriptor) => digest),
        );
      }
      assert.deepEqual(Object.keys(files).toSorted(), [...used].toSorted());
      assert.equal(digest, sha256(files["index.json"] ?? assert.fail()));
    }),
    { numRuns: 30 },
  );
});

test("images with different labels share nothing, so that none is taken from what a node has", () => {
  const blobs = (label: string) =>
    Object.keys(proofImage(label).files).filter((path) => path.startsWith("blobs"));
  const others = blobs("two");
  assert.deepEqual(
    blobs("one").filter((path) => others.includes(path)),
    [],
  );
  // manifest and config of each platform, and the layer
  assert.equal(blobs("one").length, 2 * holdPlatforms.length + 1);
});

test("is small", () => {
  const size = Object.values(image.files).reduce((sum, { length }) => sum + length, 0);
  assert.ok(size < 25 * 1024, `${size} bytes`);
});

test("the config runs the platform's hold as nobody in particular", () => {
  for (const [at, { config }] of platforms(proofImage("a label").files).entries())
    assert.deepEqual(config.config, {
      User: "65532:65532",
      Entrypoint: [`/hold-${holdPlatforms[at]?.architecture}`],
      WorkingDir: "/",
      Labels: { "edge-registry.proof": "a label" },
    });
});

test("a tar reader finds each platform's hold and the label in the layer that they share", async () => {
  const labels = fc.sample(fc.string({ unit: "grapheme", maxLength: 1500 }), 20);
  for (const label of ["", "x".repeat(512), ...labels]) {
    const [layer = assert.fail(), ...others] = platforms(proofImage(label).files).map(({ layer }) => layer);
    for (const other of others) assert.equal(other, layer);
    const programs = holdPlatforms.map((platform) => ({
      name: `hold-${platform.architecture}`,
      mode: 0o755,
      data: Buffer.from(hold(platform)),
    }));
    const words = { name: "proof", mode: 0o644, data: Buffer.from(label) };
    const files = [...programs, words].map((file) => ({ uid: 0, gid: 0, type: "file", ...file }));
    assert.deepEqual(await unpack(layer), files);
  }
});

const sha256 = (data: Uint8Array) => `sha256:${createHash("sha256").update(data).digest("hex")}`;
const json = (data: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(data));
const pick = (from: Record<string, unknown>, keys: readonly string[]) =>
  Object.fromEntries(keys.map((key) => [key, from[key]]));

function platforms(files: Readonly<Record<string, Uint8Array>>) {
  const blob = ({ digest }: Descriptor) => files[`blobs/${digest.replace(":", "/")}`] ?? assert.fail(digest);
  return json(files["index.json"]).manifests.map((described: Descriptor) => {
    const manifest = json(blob(described));
    return { config: json(blob(manifest.config)), layer: blob(manifest.layers[0]) };
  }) as { config: { config: object }; layer: Uint8Array }[];
}

async function unpack(layer: Uint8Array) {
  const found: object[] = [];
  const reader = extract();
  reader.end(layer);
  for await (const entry of reader) {
    const { name, mode, uid, gid, type } = entry.header;
    const data = await buffer(Readable.from(entry));
    found.push({ name, mode, uid, gid, type, data });
  }
  return found;
}
