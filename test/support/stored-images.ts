import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** What clients were told that a registry has. */
export interface Acknowledged {
  readonly digests: ReadonlySet<string>;
  /** For each `repository:tag` the manifest it leads to. */
  readonly tags: ReadonlyMap<string, string>;
}

const digestPattern = /^sha256:[0-9a-f]{64}$/;

/** What is lost or broken in the files of a bucket, compared with what was acknowledged; each content is hashed. */
export async function lossesIn(bucket: string, { digests, tags }: Acknowledged): Promise<readonly string[]> {
  const root = rootOf(bucket);
  const whole = new Map(
    (await blobsIn(root)).map((blob) => [blob.digest, blob.hash === blob.digest] as const),
  );
  const lost = [...digests].filter((digest) => !whole.has(digest)).map((digest) => `lost: ${digest}`);
  // Also what nobody was told of: a client finds the name, and does not upload again.
  const broken = [...whole].flatMap(([digest, is]) => (is ? [] : [`broken: ${digest}`]));
  const led = await Promise.all([...tags].map(([tag, wanted]) => tagLoss(root, tag, wanted)));
  const links = await Promise.all((await filesIn(join(root, "repositories"), "link")).map(linkLoss));
  return [...lost, ...broken, ...led.flat(), ...links.flat()];
}

const rootOf = (bucket: string) => join(bucket, "docker/registry/v2");

/** The manifest that a `repository:tag` leads to in the files of a bucket. */
export const tagIn = (bucket: string, tag: string) => manifestOf(rootOf(bucket), tag);

async function blobsIn(root: string) {
  const files = await filesIn(join(root, "blobs"), "data");
  return Promise.all(
    files.map(async (file) => ({
      digest: `sha256:${file.split("/").at(-2)}`,
      hash: `sha256:${createHash("sha256")
        .update(await readFile(file))
        .digest("hex")}`,
    })),
  );
}

async function filesIn(folder: string, name: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && entry.name === name);
  return files.map((entry) => join(entry.parentPath, entry.name));
}

async function tagLoss(root: string, tag: string, wanted: string) {
  const leads = await manifestOf(root, tag);
  return leads === wanted ? [] : [`${tag} leads to ${leads ?? "nothing"}`];
}

function manifestOf(root: string, tag: string): Promise<string | undefined> {
  const [repository = "", name = ""] = tag.split(":");
  const link = join(root, "repositories", repository, "_manifests/tags", name, "current/link");
  return readFile(link, "utf8").catch(() => undefined);
}

async function linkLoss(file: string) {
  const text = await readFile(file, "utf8");
  return digestPattern.test(text) ? [] : [`broken link: ${file}: ${JSON.stringify(text)}`];
}
