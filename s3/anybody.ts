import { askUnsigned, type BucketPlace, type Question } from "./client.ts";
import { imagesPrefix } from "./images.ts";
import { ownerKey } from "./owner.ts";
import { codeOf } from "./trouble.ts";

/** What a bucket that is private tells nobody without a key: what is in it, what is being written, and an object. */
const questions: readonly Question[] = [
  { method: "GET", query: { "list-type": "2", "max-keys": "1", prefix: imagesPrefix } },
  { method: "GET", query: { uploads: "", "max-uploads": "1", prefix: imagesPrefix } },
  { method: "GET", key: ownerKey },
];

/** Whether a bucket answers people without a key; one that does not answer at all is taken for private. */
export async function isOpenToAnybody(bucket: BucketPlace): Promise<boolean> {
  const asked = questions.map((question) => askUnsigned(bucket, question).catch(() => undefined));
  return (await Promise.all(asked)).some(
    // Who may not read an object is not told either that there is none.
    (answer) => answer && (answer.status === 200 || codeOf(answer) === "NoSuchKey"),
  );
}

/** What to do about it. */
export const makePrivate = (bucket: string) =>
  `people without a key may read or list bucket ${bucket}: take from its policy and its access list what they let anybody do, as mc anonymous set none ALIAS/${bucket} does`;
