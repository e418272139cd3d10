import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { HttpsClient, Question } from "./https.ts";

/** The digest of some bytes, as registries write it. */
export const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** Bytes that no one compresses, the same for the same seed, a MiB at a time, with a pause after each. */
export async function* mebibytes(seed: string, count: number, pauseMs = 0): AsyncGenerator<Buffer> {
  const block = Buffer.alloc(1024 * 1024);
  const unit = createHash("sha512").update(seed).digest();
  for (let number = 0; number < count; number++) {
    block.fill(unit);
    block.writeUInt32BE(number, 0);
    yield Buffer.from(block);
    if (pauseMs > 0) await delay(pauseMs);
  }
}

/** The digest of what `mebibytes` gives. */
export async function digestOfMebibytes(seed: string, count: number): Promise<string> {
  const hash = createHash("sha256");
  for await (const block of mebibytes(seed, count)) hash.update(block);
  return `sha256:${hash.digest("hex")}`;
}

/** Uploads a blob as clients do, in chunks of unknown number; says where each step was sent to. */
export async function upload(
  client: HttpsClient,
  account: NonNullable<Question["account"]>,
  repository: string,
  blob: { readonly digest: string; readonly bytes: Buffer | Readable },
): Promise<readonly string[]> {
  const began = await client.send("POST", `/v2/${repository}/blobs/uploads/`, { account });
  const first = location(began.status, 202, began.headers.location);
  const body = blob.bytes instanceof Readable ? blob.bytes : Readable.from([blob.bytes]);
  const headers = { "content-type": "application/octet-stream", expect: "100-continue" };
  const sent = await client.send("PATCH", first, { account, headers, body });
  const second = location(sent.status, 202, sent.headers.location);
  const ended = await client.send("PUT", `${second}&digest=${blob.digest}`, { account });
  return [first, second, location(ended.status, 201, ended.headers.location)];
}

function location(status: number, expected: number, where: string | undefined): string {
  if (status !== expected || where === undefined)
    throw new Error(`expected ${expected} and a place, got ${status}`);
  return where;
}

/** The digest of what a stream gives, read with a pause after every 8 MiB. */
export async function digestOfSlowly(stream: Readable, pauseMs: number): Promise<string> {
  const hash = createHash("sha256");
  let unpaused = 0;
  for await (const part of stream) {
    hash.update(part);
    unpaused += part.length;
    if (unpaused < 8 * 1024 * 1024) continue;
    unpaused = 0;
    await delay(pauseMs);
  }
  return `sha256:${hash.digest("hex")}`;
}
