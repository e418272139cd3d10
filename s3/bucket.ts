import { type BucketAddress, elements, escaped } from "./client.ts";
import { imagesPrefix } from "./images.ts";
import { must } from "./must.ts";
import { ownerKey } from "./owner.ts";
import { probePrefix } from "./probe.ts";
import { codeOf } from "./trouble.ts";

/** Creates a bucket, in the region that its address has. */
export async function makeBucket(address: BucketAddress): Promise<void> {
  const { region } = address;
  const where = `<LocationConstraint>${escaped(region)}</LocationConstraint>`;
  const body = `<CreateBucketConfiguration xmlns="${namespace}">${where}</CreateBucketConfiguration>`;
  // The first region of all is the one that S3 takes no name for.
  await must(address, { method: "PUT", ...(region !== "us-east-1" && { body }) }, "CreateBucket");
}

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** Deletes a bucket; false where something is in it, which stays. */
export async function removeBucket(address: BucketAddress): Promise<boolean> {
  const codes = ["BucketNotEmpty", "NoSuchBucket"];
  return codeOf(await must(address, { method: "DELETE" }, "DeleteBucket", codes)) !== "BucketNotEmpty";
}

/** What a bucket holds beside its mark and what was tried in it: `others` is whatever is no image. */
export async function contentsOf(address: BucketAddress): Promise<"nothing" | "images" | "others"> {
  const { body } = await must(
    address,
    { method: "GET", query: { "list-type": "2", delimiter: "/" } },
    "ListBucket",
  );
  const folders = elements(body, "Prefix").filter((prefix) => prefix !== "");
  const objects = elements(body, "Key").filter((key) => key !== ownerKey && !key.startsWith(probePrefix));
  if (objects.length > 0 || folders.some((prefix) => prefix !== imagesPrefix)) return "others";
  return folders.length > 0 ? "images" : "nothing";
}
