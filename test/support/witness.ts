import { readFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { digestOf } from "./blobs.ts";
import { basic } from "./https.ts";
import { mediaType } from "./manifests.ts";
import type { KnownAccount, RegistryPod } from "./registry-pod.ts";

/** How someone else was served meanwhile. */
export interface Served {
  /** The milliseconds that each request took on the connection it kept, sorted. */
  readonly kept: readonly number[];
  /** The same for requests that came on a new connection. */
  readonly fresh: readonly number[];
  /** Why requests failed. */
  readonly failures: readonly string[];
}

/** Another client, who pulls a manifest all the time and checks its digest. */
export class Witness {
  readonly #pod: RegistryPod;
  readonly #account: KnownAccount;
  readonly #path: string;
  readonly #digest: string;

  constructor(pod: RegistryPod, manifest: { readonly repository: string; readonly digest: string }) {
    this.#pod = pod;
    this.#account = pod.account("pull");
    this.#path = `/v2/${manifest.repository}/manifests/${manifest.digest}`;
    this.#digest = manifest.digest;
  }

  /** Pulls until the work is done, each time once on the same connection and once on a new one. */
  async during(work: () => Promise<unknown>): Promise<Served> {
    const keeping = new Agent({ keepAlive: true, maxSockets: 1 });
    let going = true;
    const worked = work().finally(() => {
      going = false;
    });
    const failures: string[] = [];
    const loop = async (agent: Agent | undefined) => {
      const times: number[] = [];
      do {
        const since = performance.now();
        await this.#pull(agent).catch((error) => failures.push(`${error}`));
        times.push(performance.now() - since);
        await delay(20);
      } while (going);
      return times.sort((a, b) => a - b);
    };
    const [kept, fresh] = await Promise.all([loop(keeping), loop(undefined), worked]);
    keeping.destroy();
    return { kept, fresh, failures };
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
