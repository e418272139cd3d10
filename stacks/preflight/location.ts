import type { KubeObject } from "../../cluster/client.ts";
import { kept, stackLabel, storeName } from "../../render/names.ts";
import { command } from "../settings/problems.ts";
import type { Settings } from "../settings.ts";

/** The mark of where a stack's images are. */
export interface Mark extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

type Asked = Pick<Settings, "namespace" | "storage" | "bucket">;

/** Where the settings have the images, in the words of the mark. */
export function locationOf({ namespace, storage, bucket }: Asked, node: string | undefined): string {
  if (storage.kind === "external") return `bucket ${bucket} at ${storage.endpoint}`;
  return storage.volume.kind === "hostPath"
    ? `directory ${node ?? ""}:${storage.volume.path}`
    : `claim ${namespace.name}/${storeName}`;
}

/**
 * An `up` moves no images: settings that name another place than the one they are in would give an empty registry, and
 * leave the old place to nobody.
 */
export function locationProblems(
  mark: Mark | undefined,
  settings: Asked,
  node: string | undefined,
): readonly string[] {
  const { claim, directory, endpoint, bucket, server } = mark?.data ?? {};
  if (mark === undefined || (claim ?? directory ?? endpoint) === undefined) return [];
  const outside = endpoint === undefined ? `directory ${directory}` : `bucket ${bucket} at ${endpoint}`;
  const there = claim === undefined ? outside : `claim ${claim}`;
  const forget = `kubectl -n ${settings.namespace.name} delete configmap ${kept}`;
  const wanted = locationOf(settings, node);
  const moved = `storage: the images are in ${there}, and up moves none to ${wanted}: set it back, or to begin with an empty registry run: ${forget}`;
  const ours = settings.storage.kind === "external" ? undefined : settings.storage.server;
  const other = `storage.server: the images were written by ${server}, which ${ours} cannot read: set it back, or to begin with an empty registry in another namespace or directory run: ${forget}`;
  return [
    ...(there === wanted ? [] : [moved]),
    ...(server === undefined || ours === undefined || server === ours ? [] : [other]),
  ];
}

/** That a store in the cluster keeps the images of before in another bucket, which nobody uses any more. */
export function leftBucket(mark: Mark | undefined, { storage, bucket }: Asked): readonly string[] {
  const before = mark?.data?.bucket;
  if (storage.kind === "external" || before === undefined || before === bucket) return [];
  return [
    `bucket: the images are in ${before}, and up moves none to ${bucket}, which begins empty: to keep them run: ${command("bucket", before)}`,
  ];
}

/** Whether a mark is this stack's, and names this bucket. */
export const marks = (mark: Mark | undefined, bucket: string, stack: string): boolean =>
  mark?.data?.bucket === bucket && mark.metadata.labels?.[stackLabel] === stack;
