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

  /** Keeps its files in the directory, and trusts the authority in the file only. */
  constructor(directory: string, address: string, authority: string) {
    this.#directory = directory;
    this.#address = address;
    this.#authority = authority;
  }

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
    const { stdout } = await execute("crane", args, { env: { ...process.env, ...own } });
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
