import { createHash } from "node:crypto";

/** An OCI image layout: https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export interface OciLayout {
  /** What each file holds, by its path in the layout. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** The digest of its index, which a registry gets as it is. */
  readonly digest: string;
}

/** An image of one platform and one layer, a tar that is not compressed. */
export interface PlatformImage {
  readonly platform: { readonly os: string; readonly architecture: string; readonly variant?: string };
  /** What the image says about how to run it; the names are OCI's. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly layer: Uint8Array;
}

const digestOf = (data: Uint8Array) => `sha256:${createHash("sha256").update(data).digest("hex")}`;
const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** The layout of one image for several platforms. */
export function ociLayout(images: readonly PlatformImage[]): OciLayout {
  const files: Record<string, Uint8Array> = { "oci-layout": json({ imageLayoutVersion: "1.0.0" }) };
  const blob = (kind: string, data: Uint8Array) => {
    const digest = digestOf(data);
    files[`blobs/${digest.replace(":", "/")}`] = data;
    return { mediaType: `application/vnd.oci.image.${kind}`, digest, size: data.length };
  };
  const manifests = images.map((image) => ({ ...manifest(image, blob), platform: image.platform }));
  const index = json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests,
  });
  files["index.json"] = index;
  return { files, digest: digestOf(index) };
}

function manifest<Descriptor>(
  { platform, config, layer }: PlatformImage,
  blob: (kind: string, data: Uint8Array) => Descriptor,
): Descriptor {
  const described = {
    created: "1970-01-01T00:00:00Z",
    ...platform,
    config,
    rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    history: [{ created: "1970-01-01T00:00:00Z", created_by: "edge-registry" }],
  };
  const content = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: blob("config.v1+json", json(described)),
    layers: [blob("layer.v1.tar", layer)],
  };
  return blob("manifest.v1+json", json(content));
}
