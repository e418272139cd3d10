import { randomUUID } from "node:crypto";
import { type Answer, ask, type BucketAddress, elements } from "./client.ts";
import { must, trouble } from "./must.ts";
import type { Trouble } from "./trouble.ts";

/** How the names begin of what is written to try a bucket out. */
export const probePrefix = "edge-registry-probe-";

/** Whether the bucket can be listed, its uploads too, which distribution does for each chunk. Nothing is changed. */
export const readTrouble = (address: BucketAddress): Promise<Trouble | undefined> =>
  trouble(async () => {
    const prefix = "docker/";
    await must(
      address,
      { method: "GET", query: { "list-type": "2", "max-keys": "1", prefix } },
      "ListBucket",
    );
    await must(
      address,
      { method: "GET", query: { uploads: "", "max-uploads": "1", prefix } },
      "ListBucketMultipartUploads",
    );
  });

/**
 * Whether objects can be written, read and deleted, and multipart uploads be used. Each right to take something away is
 * tried on what is not there first: where one is lacking, nothing was written. What is written is taken away again.
 */
export const writeTrouble = (address: BucketAddress): Promise<Trouble | undefined> =>
  trouble(async () => {
    const key = `${probePrefix}${randomUUID()}`;
    const part = { key, query: { uploadId: randomUUID() } };
    await remove(address, key, await must(address, { method: "DELETE", key }, "DeleteObject", ["NoSuchKey"]));
    await must(address, { method: "DELETE", ...part }, "AbortMultipartUpload", [
      "NoSuchUpload",
      "NoSuchKey",
      "InvalidArgument",
    ]);
    const written = await must(address, { method: "PUT", key, body: "probe" }, "PutObject");
    try {
      await must(address, { method: "GET", key }, "GetObject");
    } finally {
      await remove(address, key, written);
    }
    await multipart(address, key);
  });

async function multipart(address: BucketAddress, key: string): Promise<void> {
  const begun = await must(address, { method: "POST", key, query: { uploads: "" } }, "PutObject");
  const uploadId = elements(begun.body, "UploadId")[0] ?? "";
  try {
    const query = { partNumber: "1", uploadId };
    await must(address, { method: "PUT", key, query, body: "probe" }, "PutObject");
    await must(address, { method: "GET", key, query: { uploadId } }, "ListMultipartUploadParts");
  } finally {
    await must(address, { method: "DELETE", key, query: { uploadId } }, "AbortMultipartUpload");
  }
}

/**
 * Deletes an object; of a bucket that keeps versions, the version or the delete marker that an answer tells of. That is
 * another right, and no registry needs it: where it is lacking, the version stays.
 */
async function remove(address: BucketAddress, key: string, { headers }: Answer): Promise<void> {
  const version = headers["x-amz-version-id"];
  const query = typeof version === "string" && version !== "null" ? { versionId: version } : undefined;
  const marker = headers["x-amz-delete-marker"] === "true";
  if (marker && query !== undefined) await ask(address, { method: "DELETE", key, query });
  if (marker || headers.etag === undefined) return;
  const question = { method: "DELETE", key } as const;
  const gone = query && (await must(address, { ...question, query }, "DeleteObject", ["AccessDenied"]));
  if (gone === undefined || gone.status >= 300) await must(address, question, "DeleteObject");
}
