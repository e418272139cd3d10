import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import type { Entry } from "./entry.ts";
import { layer } from "./layer.ts";

/** What an image says about how to run it; the names are OCI's. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Volumes?: Readonly<Record<string, object>>;
}

/** An image to assemble: one layer, one architecture. */
export interface Image {
  /** A short name, for files and messages. */
  readonly name: string;
  /** The full reference it is imported under, that of its published counterpart. */
  readonly reference: string;
  readonly entries: readonly Entry[];
  readonly config: ImageConfig;
}

/** OCI's name of this machine's architecture. */
export const architecture = process.arch === "x64" ? "amd64" : process.arch;

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");
const descriptor = (kind: string, digest: string, size: number) => ({
  mediaType: `application/vnd.oci.image.${kind}`,
  digest: `sha256:${digest}`,
  size,
});

/** Writes an image as an OCI layout in a tar, which containerd imports and `crane push` and `docker load` take too. */
export async function writeArchive(image: Image, path: string): Promise<void> {
  const scratch = await mkdtemp(join(dirname(path), ".layer-"));
  try {
    const layerPath = join(scratch, "layer.tar");
    const hash = createHash("sha256");
    const both = new PassThrough().on("data", (chunk) => hash.update(chunk));
    await pipeline(layer(image.entries), both, createWriteStream(layerPath));
    await writeLayout(image, path, layerPath, hash.digest("hex"));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function writeLayout(
  image: Image,
  path: string,
  layerPath: string,
  layerDigest: string,
): Promise<void> {
  const { size } = await stat(layerPath);
  const config = JSON.stringify({
    created: "1970-01-01T00:00:00Z",
    architecture,
    os: "linux",
    config: image.config,
    rootfs: { type: "layers", diff_ids: [`sha256:${layerDigest}`] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "edge-registry local/images" }],
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor("config.v1+json", sha256(config), Buffer.byteLength(config)),
    layers: [descriptor("layer.v1.tar", layerDigest, size)],
  });
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      {
        ...descriptor("manifest.v1+json", sha256(manifest), manifest.length),
        platform: { architecture, os: "linux" },
        annotations: {
          "io.containerd.image.name": image.reference,
          "org.opencontainers.image.ref.name": image.reference.split(":").at(-1),
        },
      },
    ],
  });
  const blob = (digest: string) => `blobs/sha256/${digest}`;
  const dockerManifest = JSON.stringify([
    { Config: blob(sha256(config)), RepoTags: [image.reference], Layers: [blob(layerDigest)] },
  ]);
  const tar = pack();
  const written = pipeline(tar, createWriteStream(path));
  const file = (name: string) => ({ name, mtime: new Date(0), mode: 0o644 });
  tar.entry(file("oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  tar.entry(file("index.json"), index);
  tar.entry(file("manifest.json"), dockerManifest);
  tar.entry(file(blob(sha256(config))), config);
  tar.entry(file(blob(sha256(manifest))), manifest);
  await pipeline(
    createReadStream(layerPath, { highWaterMark: 1 << 20 }),
    tar.entry({ ...file(blob(layerDigest)), size }),
  );
  tar.finalize();
  await written;
}
