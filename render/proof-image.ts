import { type HoldPlatform, hold, holdPlatforms } from "./hold.ts";
import { type OciLayout, ociLayout, type PlatformImage } from "./oci-layout.ts";
import { tar } from "./tar.ts";

/**
 * The image of the pull proof, for every platform that Kubernetes runs on: a program that waits to be stopped. The
 * platforms share a layer, since to push seven takes longer than all else of it.
 *
 * The label is in the config and in the layer, so that no node has any part of an image with another label: each proof
 * is fetched anew. All of it takes 25 KiB.
 */
export function proofImage(label: string): OciLayout {
  const programs = holdPlatforms.map((platform) => ({
    name: programOf(platform),
    mode: 0o755,
    data: hold(platform),
  }));
  const layer = tar([...programs, { name: "proof", mode: 0o644, data: new TextEncoder().encode(label) }]);
  return ociLayout(holdPlatforms.map((platform) => platformImage(platform, label, layer)));
}

const programOf = ({ architecture }: HoldPlatform) => `hold-${architecture}`;

function platformImage(platform: HoldPlatform, label: string, layer: Uint8Array): PlatformImage {
  const { architecture, variant } = platform;
  return {
    platform: { os: "linux", architecture, ...(variant === undefined ? {} : { variant }) },
    config: {
      User: "65532:65532",
      Entrypoint: [`/${programOf(platform)}`],
      WorkingDir: "/",
      Labels: { "edge-registry.proof": label },
    },
    layer,
  };
}
