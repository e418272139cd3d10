import { faults, type Sign, text } from "./scalars.ts";
import { object } from "./structures.ts";

/** The images that the stack's pods run. */
export interface ImageSettings {
  /** @default "docker.io/library/registry:3.1.1" */
  readonly registry: string;
  /** @default "docker.io/library/caddy:2.11.9" */
  readonly gateway: string;
  /** @default "docker.io/versity/versitygw:v1.8.0", or MinIO's where it is the server */
  readonly store: string;
  /**
   * Busybox, for what runs on every node.
   * @default "docker.io/library/busybox:1.35.0"
   */
  readonly agent: string;
}

const stores = {
  versitygw: "docker.io/versity/versitygw:v1.8.0",
  minio: "docker.io/minio/minio:RELEASE.2025-04-22T22-12-26Z",
} as const;

const domain = String.raw`(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?`;
const path = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const tag = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const reference = new RegExp(`^(?:${domain}/)?${path}(?:/${path})*(?::${tag})?(?:@sha256:[0-9a-f]{64})?$`);

const image = (...more: readonly Sign[]) =>
  text(
    "an image with a tag or a digest, such as docker.io/library/registry:3.1.1",
    faults(
      [/:\/\//, "leave out the scheme"],
      [(name) => name.length > 500 || !reference.test(name), ""],
      [/:latest$/, "latest means something else every day"],
      [
        (name) => !/[:@][^/]*$/.test(name),
        "without either it means latest, which is something else every day",
      ],
      ...more,
    ),
  );

export const readImages = object('{"registry": …, "gateway": …}', {
  registry: image(),
  gateway: image(),
  store: image([
    /\/versitygw:v(0|1\.[0-7])\./,
    "before v1.8.0 it mixes up requests on connections that it keeps",
  ]),
  agent: image(),
});

/** What was given, with the defaults. */
export function imagesOf(
  given: ReturnType<typeof readImages> = {},
  server: keyof typeof stores = "versitygw",
): ImageSettings {
  return {
    registry: "docker.io/library/registry:3.1.1",
    gateway: "docker.io/library/caddy:2.11.9",
    store: stores[server],
    agent: "docker.io/library/busybox:1.35.0",
    ...given,
  };
}
