import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../local/machine/run.ts";
import { digestOf } from "./blobs.ts";
import { basic } from "./https.ts";
import { mediaType } from "./manifests.ts";
import type { Account, Person } from "./site.ts";

/** What is sent, and of what type. */
interface Content {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** A client with a clock of its own: curl by libfaketime, which a Go program, such as crane, asks the kernel past. */
export class ClockedClient {
  readonly #person: Person;
  readonly #account: Account;
  readonly #clock: string;
  readonly #flags: readonly string[];

  /** The clock is in the words of `date`, such as `1 hour ago`; the flags are curl's. */
  constructor(person: Person, account: Account, clock: string, flags: readonly string[] = []) {
    this.#person = person;
    this.#account = account;
    this.#clock = clock;
    this.#flags = flags;
  }

  /** Pushes an image of one layer that nobody has, and pulls it by its digests; says which the image has. */
  async pushAndPull(repository: string, tag: string): Promise<string> {
    const layer = { bytes: randomBytes(64 * 1024), mediaType: "application/vnd.oci.image.layer.v1.tar" };
    const config = { bytes: Buffer.from("{}"), mediaType: "application/vnd.oci.empty.v1+json" };
    for (const { bytes } of [layer, config]) await this.#upload(repository, bytes);
    const image = { schemaVersion: 2, mediaType, config: described(config), layers: [described(layer)] };
    const manifest = { bytes: Buffer.from(JSON.stringify(image)), mediaType };
    await this.#ask("PUT", `/v2/${repository}/manifests/${tag}`, 201, manifest);
    const digest = digestOf(manifest.bytes);
    await this.#pull(`/v2/${repository}/manifests/${digest}`, digest);
    await this.#pull(`/v2/${repository}/blobs/${digestOf(layer.bytes)}`, digestOf(layer.bytes));
    return digest;
  }

  async #upload(repository: string, bytes: Buffer): Promise<void> {
    const content = { bytes, mediaType: "application/octet-stream" };
    const began = await this.#ask("POST", `/v2/${repository}/blobs/uploads/`, 202);
    const sent = await this.#ask("PATCH", began, 202, content);
    await this.#ask("PUT", `${sent}&digest=${digestOf(bytes)}`, 201);
  }

  async #pull(path: string, digest: string): Promise<void> {
    await this.#ask("GET", path, 200);
    const got = digestOf(await readFile(this.#file("received")));
    if (got !== digest) throw new Error(`${path}: expected ${digest}, got ${got}`);
  }

  /** Answers with the place that the answer names, if it names one; its body is in the file `received`. */
  async #ask(method: string, path: string, expected: number, sent?: Content): Promise<string> {
    const headers = [
      `Authorization: ${basic(this.#account).authorization}`,
      `Accept: ${mediaType}`,
      ...(sent ? [`Content-Type: ${sent.mediaType}`] : []),
    ];
    if (sent) await writeFile(this.#file("sent"), sent.bytes);
    const { authority, outputs } = this.#person;
    const status = await run(
      "faketime",
      [
        ...[this.#clock, "curl", "--silent", "--show-error", "--max-time", "20", "--cacert", authority],
        ...["--request", method, "--header", "@-", "--write-out", "%{http_code}"],
        ...["--output", this.#file("received"), "--dump-header", this.#file("headers")],
        ...(sent ? ["--data-binary", `@${this.#file("sent")}`] : []),
        ...this.#flags,
        new URL(path, `${outputs.url}`).href,
      ],
      { input: headers.join("\n") },
    );
    if (Number(status) !== expected)
      throw new Error(`${method} ${path}: expected ${expected}, got ${status}`);
    return /^location: (.*)\r$/im.exec(await readFile(this.#file("headers"), "utf8"))?.[1] ?? "";
  }

  #file = (name: string): string => join(this.#person.directory, `clocked-${name}`);
}

const described = ({ bytes, mediaType }: Content) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});
