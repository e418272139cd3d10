import { type BucketAddress, elements, escaped } from "./client.ts";
import { must } from "./must.ts";
import { probePrefix } from "./probe.ts";

/** Where distribution keeps all that it has. */
export const imagesPrefix = "docker/";

/**
 * Deletes all images of a bucket and what was left of trying it out, and ends the uploads that were on their way. Other
 * things in it stay.
 */
export async function deleteImages(address: BucketAddress): Promise<void> {
  for (const prefix of [imagesPrefix, probePrefix]) await deleteAll(address, prefix);
}

async function deleteAll(address: BucketAddress, prefix: string): Promise<void> {
  for (let keys = await listed(address, prefix); keys.length > 0; keys = await listed(address, prefix)) {
    const objects = keys.map((key) => `<Object><Key>${escaped(key)}</Key></Object>`).join("");
    const body = `<Delete><Quiet>true</Quiet>${objects}</Delete>`;
    const answer = await must(address, { method: "POST", query: { delete: "" }, body }, "DeleteObject");
    const [failed] = elements(answer.body, "Code");
    if (failed !== undefined) throw new Error(`${address.bucket}: its images cannot be deleted: ${failed}`);
  }
  const more = () => underWay(address, { prefix });
  for (let uploads = await more(); uploads.length > 0; uploads = await more())
    for (const upload of uploads) await abort(address, upload);
  // MinIO takes a prefix for the whole key, and tells of other buckets' uploads too, which are not to be found here.
  for (const upload of await underWay(address))
    if (upload.key.startsWith(prefix)) await abort(address, upload, ["NoSuchUpload"]);
}

/** A thousand of the keys at the most, which is as many as S3 deletes at once. */
async function listed(address: BucketAddress, prefix: string): Promise<readonly string[]> {
  const query = { "list-type": "2", "max-keys": "1000", prefix };
  return elements((await must(address, { method: "GET", query }, "ListBucket")).body, "Key");
}

interface Upload {
  readonly key: string;
  readonly uploadId: string;
}

/** Uploads that are on their way. */
async function underWay(
  address: BucketAddress,
  more: Readonly<Record<string, string>> = {},
): Promise<readonly Upload[]> {
  const question = { method: "GET", query: { uploads: "", ...more } } as const;
  const { body } = await must(address, question, "ListBucketMultipartUploads");
  const ids = elements(body, "UploadId");
  return elements(body, "Key").map((key, index) => ({ key, uploadId: ids[index] ?? "" }));
}

async function abort(
  address: BucketAddress,
  { key, uploadId }: Upload,
  but: readonly string[] = [],
): Promise<void> {
  await must(address, { method: "DELETE", key, query: { uploadId } }, "AbortMultipartUpload", but);
}
