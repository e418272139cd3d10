import assert from "node:assert/strict";
import { HttpsClient } from "./https.ts";
import { mediaType, putManifest } from "./manifests.ts";
import { RawClient } from "./raw.ts";
import { type KnownAccount, RegistryPod } from "./registry-pod.ts";
import { type Served, Witness } from "./witness.ts";

/** A registry's pod that is asked what no client asks, with an image in it that someone else pulls meanwhile. */
export class Besieged {
  readonly repository = "team/kept";
  readonly pod: RegistryPod;
  readonly client: HttpsClient;
  readonly raw: RawClient;
  readonly pusher: KnownAccount;
  readonly puller: KnownAccount;
  /** The image's digest. */
  readonly digest: string;
  readonly #witness: Witness;

  private constructor(pod: RegistryPod, client: HttpsClient, digest: string) {
    this.pod = pod;
    this.client = client;
    this.raw = new RawClient(pod.ports.gateway, pod.authority);
    [this.pusher, this.puller] = [pod.account("push"), pod.account("pull")];
    this.digest = digest;
    this.#witness = new Witness(pod, { repository: this.repository, digest });
  }

  static async start(disk?: string): Promise<Besieged> {
    const pod = await RegistryPod.start(disk);
    try {
      const client = new HttpsClient(pod.ports.gateway, pod.authority);
      const { descriptor } = await putManifest(client, pod.account("push"), "team/kept", "1");
      return new Besieged(pod, client, descriptor.digest);
    } catch (error) {
      await pod.stop();
      throw error;
    }
  }

  /** Does something while someone pulls, and pushes where a time is given for that: all succeed, each within its time. */
  async unnoticed(work: () => Promise<unknown>, withinMs = 3000, pushWithinMs?: number): Promise<Served> {
    const served = await this.#witness.during(work, pushWithinMs !== undefined);
    assert.deepEqual(served.failures, []);
    const longest = Math.max(...served.kept, ...served.fresh);
    assert.ok(longest < withinMs, `a pull took ${Math.round(longest)} ms`);
    const longestPush = Math.max(0, ...served.pushed);
    assert.ok(longestPush < (pushWithinMs ?? 1), `a push took ${Math.round(longestPush)} ms`);
    return served;
  }

  /** Has the same someone push an image. */
  push(): Promise<void> {
    return this.#witness.push();
  }

  /** All of it runs, and nothing was killed for its memory since it was started. */
  async alive(): Promise<void> {
    const { gateway, registry, store } = this.pod;
    assert.equal(await this.pod.kills(), 0, "one was killed for its memory");
    assert.deepEqual([gateway.runs, registry.runs, store.runs], [true, true, true]);
    assert.doesNotMatch(gateway.output + registry.output, /panic|goroutine \d+ \[/);
  }

  /** Whether an image or a blob is there, by its place in the repository. */
  async has(place: string): Promise<boolean> {
    const path = `/v2/${this.repository}/${place}`;
    const headers = { accept: mediaType };
    const { status } = await this.client.send("HEAD", path, { account: this.puller, headers });
    assert.ok([200, 404].includes(status), `${place}: ${status}`);
    return status === 200;
  }

  async stop(): Promise<void> {
    await this.pod.stop();
  }
}
