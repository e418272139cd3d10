import { askUnsigned, type BucketPlace, type Question } from "./client.ts";
import { ownerKey } from "./owner.ts";

/** What a bucket that is private tells nobody without a key: what is in it, what is being written, and an object. */
const questions: readonly Question[] = [
  { method: "GET", query: { "list-type": "2", "max-keys": "1" } },
  { method: "GET", query: { uploads: "", "max-uploads": "1" } },
  { method: "GET", key: ownerKey },
];

/** Whether a bucket is open to people without a key; one that does not answer them is not. */
export async function isOpenToAnybody(bucket: BucketPlace): Promise<boolean> {
  const asked = questions.map((question) => askUnsigned(bucket, question).catch(() => undefined));
  return (await Promise.all(asked)).some((answer) => answer?.status === 200);
}

/** What to do about it. */
export const makePrivate = (bucket: string) =>
  `people without a key may read bucket ${bucket}, or write into it: take from its policy and its access list what they let anybody do, as mc anonymous set none ALIAS/${bucket} does`;
