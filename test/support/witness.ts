import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { digestOf, upload } from "./blobs.ts";
import { basic, HttpsClient } from "./https.ts";
import { mediaType, putManifest } from "./manifests.ts";
import type { KnownAccount, RegistryPod } from "./registry-pod.ts";

/** How someone else was served meanwhile. */
export interface Served {
  /** The milliseconds that each request took on the connection it kept, sorted. */
  readonly kept: readonly number[];
  /** The same for requests that came on a new connection. */
  readonly fresh: readonly number[];
  /** The milliseconds that each push took, sorted. */
  readonly pushed: readonly number[];
  /** Why requests failed. */
  readonly failures: readonly string[];
}

/** Another client, who pulls a manifest all the time and checks its digest, and may push images of its own. */
export class Witness {
  readonly #pod: RegistryPod;
  readonly #client: HttpsClient;
  readonly #account: KnownAccount;
  readonly #path: string;
  readonly #digest: string;

  constructor(pod: RegistryPod, manifest: { readonly repository: string; readonly digest: string }) {
    this.#pod = pod;
    this.#client = new HttpsClient(pod.ports.gateway, pod.authority);
    this.#account = pod.account("pull");
    this.#path = `/v2/${manifest.repository}/manifests/${manifest.digest}`;
    this.#digest = manifest.digest;
  }

  /**
   * Pulls until the work is done, each time once on the same connection and once on a new one; where it `pushes` too, an
   * image after the other.
   */
  async during(work: () => Promise<unknown>, pushes = false): Promise<Served> {
    const keeping = new Agent({ keepAlive: true, maxSockets: 1 });
    let going = true;
    const worked = work().finally(() => {
      going = false;
    });
    const failures: string[] = [];
    const loop = async (once: () => Promise<void>, restMs: number) => {
      const times: number[] = [];
      do {
        const since = performance.now();
        await once().catch((error) => failures.push(`${error}`));
        times.push(performance.now() - since);
        await delay(restMs);
      } while (going);
      return times.sort((a, b) => a - b);
    };
    const [kept, fresh, pushed] = await Promise.all([
      loop(() => this.#pull(keeping), 20),
      loop(() => this.#pull(undefined), 20),
      pushes ? loop(() => this.push(), 200) : [],
      worked,
    ]);
    keeping.destroy();
    return { kept, fresh, pushed, failures };
  }

  /** Pushes an image that nobody has, over one new connection as clients do, and pulls its manifest. */
  async push(): Promise<void> {
    const account = this.#pod.account("push");
    const bytes = randomBytes(64 * 1024);
    const layer = {
      mediaType: "application/vnd.oci.image.layer.v1.tar",
      digest: digestOf(bytes),
      size: bytes.length,
    };
    await this.#client.keeping(async (client) => {
      await upload(client, account, "team/witness", { digest: layer.digest, bytes });
      const { descriptor } = await putManifest(client, account, "team/witness", "1", { layers: [layer] });
      const path = `/v2/team/witness/manifests/${descriptor.digest}`;
      const { body } = await client.send("GET", path, { account, headers: { accept: mediaType } });
      if (digestOf(body) !== descriptor.digest) throw new Error("another manifest than was pushed");
    });
  }

  async #pull(agent: Agent | undefined): Promise<void> {
    const answer = await new Promise<Buffer>((resolve, reject) => {
      const asked = request({
        ...{ host: "127.0.0.1", port: this.#pod.ports.gateway, path: this.#path, agent: agent ?? false },
        ...{ ca: readFileSync(this.#pod.authority), headers: { accept: mediaType, ...basic(this.#account) } },
      });
      asked.on("error", reject);
      asked.on("response", (response) => {
        if (response.statusCode === 200) buffer(response).then(resolve, reject);
        else reject(new Error(`status ${response.statusCode}`));
      });
      asked.end();
    });
    if (digestOf(answer) !== this.#digest) throw new Error("bytes of another digest");
  }
}
