import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../local/machine/run.ts";
import { dockerConfig } from "../../render/docker-config.ts";

/** The command `crane`, signed in to one registry as several accounts; needs it on PATH. */
export class Crane {
  /** The registry's host and port. */
  readonly address: string;
  readonly #directory: string;
  readonly #authority: string;
  readonly #timeoutSeconds: number;

  /** Keeps its files in the directory, trusts the authority in the file only, and may be bound to end in time. */
  constructor(directory: string, address: string, authority: string, timeoutSeconds = 0) {
    this.#directory = directory;
    this.address = address;
    this.#authority = authority;
    this.#timeoutSeconds = timeoutSeconds;
  }

  /** The same, bound to end in time. */
  within = (seconds: number): Crane => new Crane(this.#directory, this.address, this.#authority, seconds);

  /** The full name of an image in the registry. */
  image = (name: string): string => `${this.address}/${name}`;

  /** Signs in under a label, for `run`. */
  async signIn(
    label: string,
    { name: username, password }: { name: string; password: string },
  ): Promise<void> {
    await mkdir(join(this.#directory, label), { recursive: true });
    const text = dockerConfig([this.address], { username, password });
    await writeFile(join(this.#directory, label, "config.json"), text);
  }

  /** What it prints; a failure has what it complains of. */
  async run(label: string, ...args: readonly string[]): Promise<string> {
    const env = { SSL_CERT_FILE: this.#authority, DOCKER_CONFIG: join(this.#directory, label) };
    const seconds = this.#timeoutSeconds;
    const signal = seconds > 0 ? AbortSignal.timeout(seconds * 1000) : undefined;
    const ended = run("crane", args, { env, signal });
    const printed = await ended.catch((error) => {
      throw signal?.aborted ? new Error(`crane did not end within ${seconds} s`) : error;
    });
    return printed.trim();
  }

  /** Pushes an image of one layer without files. */
  async pushEmpty(label: string, name: string): Promise<void> {
    const [empty, layer] = [join(this.#directory, "empty"), join(this.#directory, "layer.tar")];
    await mkdir(empty, { recursive: true });
    await run("tar", ["-cf", layer, "-C", empty, "."]);
    await this.run(label, "append", "--oci-empty-base", "-f", layer, "-t", this.image(name));
  }
}
