import { digestOf, upload } from "./blobs.ts";
import type { Answer, HttpsClient, Question } from "./https.ts";

/** What clients say they take; without it the registry answers that there is no such image. */
export const mediaType = "application/vnd.oci.image.manifest.v1+json";
const config = Buffer.from("{}");

/** A manifest that is in the registry, described as an index lists it. */
export interface PutManifest {
  readonly descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number };
  readonly answer: Answer;
}

/** Puts a manifest without layers below a tag, or below its digest alone. */
export async function putManifest(
  client: HttpsClient,
  account: NonNullable<Question["account"]>,
  repository: string,
  tag: string | undefined,
  more: object = {},
): Promise<PutManifest> {
  const digest = digestOf(config);
  await upload(client, account, repository, { digest, bytes: config });
  const described = { mediaType: "application/vnd.oci.empty.v1+json", digest, size: config.length };
  const manifest = { schemaVersion: 2, mediaType, config: described, layers: [], ...more };
  const body = Buffer.from(JSON.stringify(manifest));
  const descriptor = { mediaType, digest: digestOf(body), size: body.length };
  const path = `/v2/${repository}/manifests/${tag ?? descriptor.digest}`;
  const answer = await client.send("PUT", path, { account, headers: { "content-type": mediaType }, body });
  if (answer.status !== 201) throw new Error(`expected 201, got ${answer.status}: ${answer.body}`);
  return { descriptor, answer };
}
