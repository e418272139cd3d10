import type { KubeObject } from "../../cluster/client.ts";
import { kept, stackLabel, storeName } from "../../render/names.ts";
import type { Settings } from "../settings.ts";

/** The mark of where a stack's images are. */
export interface Mark extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

type Asked = Pick<Settings, "namespace" | "storage" | "bucket">;

/** Where the settings have the images, in the words of the mark. */
export function locationOf({ namespace, storage }: Asked, node: string | undefined): string {
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
  const { claim, directory, server } = mark?.data ?? {};
  if (mark === undefined || (claim ?? directory) === undefined) return [];
  const there = claim === undefined ? `directory ${directory}` : `claim ${claim}`;
  const forget = `kubectl -n ${settings.namespace.name} delete configmap ${kept}`;
  const wanted = locationOf(settings, node);
  const moved = `storage: the images are in ${there}, and up moves none to ${wanted}: set it back, or to begin with an empty registry run: ${forget}`;
  const other = `storage.server: the images were written by ${server}, which ${settings.storage.server} cannot read: set it back, or to begin with an empty registry in another namespace or directory run: ${forget}`;
  return [
    ...(there === wanted ? [] : [moved]),
    ...(server === undefined || server === settings.storage.server ? [] : [other]),
  ];
}

/** Whether a mark is this stack's, and names this bucket. */
export const marks = (mark: Mark | undefined, bucket: string, stack: string): boolean =>
  mark?.data?.bucket === bucket && mark.metadata.labels?.[stackLabel] === stack;
