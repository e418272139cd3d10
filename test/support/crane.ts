import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { dockerConfig } from "../../render/docker-config.ts";

const execute = promisify(execFile);

/** The command `crane`, signed in to one registry as several accounts; needs it on PATH. */
export class Crane {
  readonly #directory: string;
  readonly #address: string;
  readonly #authority: string;
  readonly #timeout: number;

  /** Keeps its files in the directory, trusts the authority in the file only, and may be bound to end in time. */
  constructor(directory: string, address: string, authority: string, timeoutSeconds = 0) {
    this.#directory = directory;
    this.#address = address;
    this.#authority = authority;
    this.#timeout = timeoutSeconds * 1000;
  }

  /** The same, bound to end in time. */
  within = (seconds: number): Crane => new Crane(this.#directory, this.#address, this.#authority, seconds);

  /** The full name of an image in the registry. */
  image = (name: string): string => `${this.#address}/${name}`;

  /** Signs in under a label, for `run`. */
  async signIn(
    label: string,
    { name: username, password }: { name: string; password: string },
  ): Promise<void> {
    await mkdir(join(this.#directory, label), { recursive: true });
    const text = dockerConfig([this.#address], { username, password });
    await writeFile(join(this.#directory, label, "config.json"), text);
  }

  /** What it prints; a failure has what it complains of. */
  async run(label: string, ...args: readonly string[]): Promise<string> {
    const own = { SSL_CERT_FILE: this.#authority, DOCKER_CONFIG: join(this.#directory, label) };
    const [env, timeout] = [{ ...process.env, ...own }, this.#timeout];
    const ended = execute("crane", args, { env, timeout, killSignal: "SIGKILL" });
    const { stdout } = await ended.catch((error) => {
      throw error.killed ? new Error(`crane did not end within ${timeout / 1000} s`) : error;
    });
    return stdout.trim();
  }

  /** Pushes an image of one layer without files. */
  async pushEmpty(label: string, name: string): Promise<void> {
    const [empty, layer] = [join(this.#directory, "empty"), join(this.#directory, "layer.tar")];
    await mkdir(empty, { recursive: true });
    await execute("tar", ["-cf", layer, "-C", empty, "."]);
    await this.run(label, "append", "--oci-empty-base", "-f", layer, "-t", this.image(name));
  }
}
