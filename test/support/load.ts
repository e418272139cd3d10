import { createHash, randomBytes, randomInt } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../local/test/support/cli.ts";
import { tar } from "../../render/tar.ts";
import type { Crane } from "./crane.ts";
import { mediaType } from "./manifests.ts";
import { accountOf, type Person } from "./site.ts";

/** How much clients do. */
export interface LoadOptions {
  readonly pushers: number;
  readonly pullers: number;
  /** Up to how large a pushed layer is. */
  readonly layerKibibytes: number;
  /** How long a client rests after each. */
  readonly pauseMillis: number;
  /** Within which a client has to end, well or not. */
  readonly timeoutSeconds: number;
  /**
   * How often a client that was refused, cut off or told to come back does it again, after 1, 2, 4 … seconds, as podman
   * does three times and docker five; crane by itself asks again after most of that, but not after a refusal.
   * @default 0
   */
  readonly repeats?: number;
}

type Work = "push" | "pull";

/** How it went for a while. */
export interface Course {
  /** How often each went well. */
  readonly done: Record<Work, number>;
  /** What clients were told when they failed. */
  readonly troubles: string[];
  /** How often one had to be done again. */
  repeated: number;
  /** The longest that one took, well or not. */
  longestSeconds: number;
}

/**
 * Clients that push and pull in loops until they are told to stop, with crane's own retries and checks. What the registry
 * has acknowledged is remembered, and each pull of it has to give the same digest.
 */
export class Load {
  /** The digest of each image whose push ended well, by its full name. */
  readonly acknowledged = new Map<string, string>();
  readonly #crane: Crane;
  readonly #person: Person;
  readonly #layerKibibytes: number;
  readonly #pauseMillis: number;
  readonly #repeats: number;
  readonly #workers: readonly Promise<void>[];
  /** When the last that went well began, by what it was. */
  readonly #lastBegan = { push: 0, pull: 0 };
  #course: Course = newCourse();
  #stopped = false;

  private constructor(person: Person, options: LoadOptions) {
    const { pushers, pullers, layerKibibytes, pauseMillis, repeats = 0 } = options;
    this.#crane = person.crane.within(options.timeoutSeconds);
    this.#person = person;
    this.#layerKibibytes = layerKibibytes;
    this.#pauseMillis = pauseMillis;
    this.#repeats = repeats;
    const loops = (count: number, what: Work) =>
      Array.from({ length: count }, (_, index) => this.#loop(what, index));
    this.#workers = [...loops(pushers, "push"), ...loops(pullers, "pull")];
  }

  /** Starts the clients; each has done its work once when this resolves. */
  static async start(person: Person, options: LoadOptions): Promise<Load> {
    const load = new Load(person, options);
    await load.works(30).catch(async (error) => {
      await load.stop();
      throw error;
    });
    return load;
  }

  /** Waits until a push and a pull have gone well that began from now on; says how many seconds that took. */
  async works(seconds: number): Promise<number> {
    const now = performance.now();
    await eventually("a push and a pull to go well", seconds, async () => {
      const { push, pull } = this.#lastBegan;
      if (Math.min(push, pull) > now) return true;
      throw new Error(this.#course.troubles.at(-1) ?? "no client has ended yet");
    });
    return (performance.now() - now) / 1000;
  }

  /** How it went since the last time. */
  take(): Course {
    const taken = this.#course;
    this.#course = newCourse();
    return taken;
  }

  /** Resolves when the last client has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#workers);
  }

  /** Pulls all that was ever acknowledged, layers too; returns what is not as it was pushed. */
  async verify(): Promise<readonly string[]> {
    const left = [...this.acknowledged];
    const wrong: string[] = [];
    const worker = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop())
        await this.#whole(...next).catch((error) => wrong.push(`${next?.[0]}: ${error.message}`));
    };
    await Promise.all([worker(), worker(), worker()]);
    return wrong;
  }

  /** By requests of our own: starting a client for each image would take most of the time. */
  async #whole(image: string, digest: string): Promise<void> {
    const [, repository, tag] = /^[^/]+\/(.+):([^:]+)$/.exec(image) ?? [];
    const manifest = JSON.parse(await this.#content(`/v2/${repository}/manifests/${tag}`, digest));
    for (const { digest } of [manifest.config, ...manifest.layers])
      await this.#content(`/v2/${repository}/blobs/${digest}`, digest);
  }

  /** What is at a path, which has to have this digest. */
  async #content(path: string, digest: string): Promise<string> {
    const account = accountOf(this.#person, "regPuller");
    const { status, body } = await this.#person.https.send("GET", path, {
      account,
      headers: { accept: mediaType },
    });
    const got = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    if (status !== 200 || got !== digest) throw new Error(`${path}: ${status}, ${got} instead of ${digest}`);
    return body.toString();
  }

  async #loop(what: Work, index: number): Promise<void> {
    for (let round = 0; !this.#stopped; round++) {
      const began = performance.now();
      const work = () => (what === "push" ? this.#push(index, round) : this.#pullAny());
      const message = await this.#patiently(work).then(
        () => undefined,
        (error: Error) => error.message,
      );
      const seconds = (performance.now() - began) / 1000;
      const course = this.#course;
      course.longestSeconds = Math.max(course.longestSeconds, seconds);
      if (message === undefined) {
        course.done[what] += 1;
        this.#lastBegan[what] = Math.max(this.#lastBegan[what], began);
      } else course.troubles.push(`${what}: ${message.trim()}`);
      await sleep(this.#pauseMillis);
    }
  }

  async #patiently(work: () => Promise<void>): Promise<void> {
    for (let done = 0; done < this.#repeats; done++) {
      const error = await work().then(
        () => undefined,
        (failure: Error) => failure,
      );
      if (error === undefined) return;
      if (!passing.test(error.message)) throw error;
      this.#course.repeated += 1;
      await sleep(1000 * 2 ** done);
    }
    await work();
  }

  async #push(index: number, round: number): Promise<void> {
    const layer = join(this.#person.directory, `load-${index}.tar`);
    const data = randomBytes(1024 * randomInt(1, this.#layerKibibytes));
    await writeFile(layer, tar([{ name: "data", mode: 0o644, data }]));
    const image = this.#crane.image(`load/${index}:${round}`);
    const said = await this.#crane.run("regUser", "append", "--oci-empty-base", "-f", layer, "-t", image);
    const [digest] = /sha256:[0-9a-f]{64}$/.exec(said) ?? [];
    if (digest === undefined) throw new Error(`the push said ${said}`);
    this.acknowledged.set(image, digest);
  }

  async #pullAny(): Promise<void> {
    const known = [...this.acknowledged];
    const chosen = known[randomInt(Math.max(known.length, 1))];
    if (chosen === undefined) return void (await sleep(50));
    await this.#pull(...chosen);
  }

  async #pull(image: string, digest: string): Promise<void> {
    const manifest = await this.#crane.run("regPuller", "manifest", image);
    const got = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
    if (got !== digest) throw new Error(`wrong digest: pushed as ${digest}, pulled as ${got}`);
    // Fetches each layer and compares its digests and size with what the manifest and the config say.
    await this.#crane.run("regPuller", "validate", "--remote", `${image.replace(/:[^:/]+$/, "")}@${digest}`);
  }
}

/** What clients do again: the connection was not made or was cut, or the server says that it is its own fault. */
const passing =
  /connection re(fused|set)|no route to host|i\/o timeout|\bEOF\b|undersized layer|50[234] |UNAVAILABLE/;

const newCourse = (): Course => ({
  ...{ done: { push: 0, pull: 0 }, troubles: [], repeated: 0 },
  longestSeconds: 0,
});
