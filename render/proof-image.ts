import { type HoldPlatform, hold, holdPlatforms } from "./hold.ts";
import { type OciLayout, ociLayout, type PlatformImage } from "./oci-layout.ts";
import { tar } from "./tar.ts";

/**
 * The image of the pull proof, for every platform that Kubernetes runs on: a program that waits to be stopped.
 *
 * The label is in the config and in the layer, so that no node has any part of an image with another label: each proof
 * is fetched anew. All of it takes 30 KiB.
 */
export function proofImage(label: string): OciLayout {
  return ociLayout(holdPlatforms.map((platform) => platformImage(platform, label)));
}

function platformImage(platform: HoldPlatform, label: string): PlatformImage {
  const { architecture, variant } = platform;
  return {
    platform: { os: "linux", architecture, ...(variant === undefined ? {} : { variant }) },
    config: {
      User: "65532:65532",
      Entrypoint: ["/hold"],
      WorkingDir: "/",
      Labels: { "edge-registry.proof": label },
    },
    layer: tar([
      { name: "hold", mode: 0o755, data: hold(platform) },
      { name: "proof", mode: 0o644, data: new TextEncoder().encode(label) },
    ]),
  };
}
