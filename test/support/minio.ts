import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AwsClient } from "aws4fetch";
import { eventually } from "../../local/test/support/cli.ts";
import { elements } from "../../s3/client.ts";
import { freePort, Program } from "./program.ts";

/** What somebody does in MinIO's console, by the requests that it makes. */
export class MinioConsole {
  readonly #url: string;
  #cookies = "";

  constructor(url: string) {
    this.#url = url;
  }

  async signIn(accessKey: string, secretKey: string): Promise<void> {
    const { headers } = await this.#ask("POST", "login", { accessKey, secretKey });
    this.#cookies = headers
      .getSetCookie()
      .map((one) => one.split(";")[0])
      .join("; ");
  }

  /** The names of the buckets. */
  async buckets(): Promise<readonly string[]> {
    const { buckets } = Object(await this.list("buckets"));
    return (buckets ?? []).map(({ name }: { name: string }) => name);
  }

  /** What there is of a kind, as it says it. */
  async list(kind: string): Promise<unknown> {
    return (await this.#ask("GET", kind)).json();
  }

  async remove(path: string): Promise<void> {
    await this.#ask("DELETE", path);
  }

  async makeBucket(name: string): Promise<void> {
    await this.#ask("POST", "buckets", { name });
  }

  /** Lets people without a key read a bucket and write into it. */
  async openToAnybody(name: string): Promise<void> {
    await this.#ask("PUT", `buckets/${name}/set-policy`, { access: "PUBLIC", definition: "" });
  }

  async #ask(method: string, path: string, content?: object): Promise<Response> {
    const headers = { "content-type": "application/json", cookie: this.#cookies };
    const body = content === undefined ? null : JSON.stringify(content);
    const answer = await fetch(`${this.#url}/api/v1/${path}`, { method, headers, body });
    if (answer.ok) return answer;
    throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
}

/** MinIO as somebody runs it by hand, without TLS, on loopback. */
export class MinioByHand {
  static readonly keys = { accessKeyId: "by-hand", secretAccessKey: "of-somebody-else" };
  readonly #program: Program;
  readonly url: string;
  readonly consoleUrl: string;
  readonly #client = new AwsClient({ ...MinioByHand.keys, service: "s3", region: "us-east-1" });

  private constructor(program: Program, port: number, consolePort: number) {
    this.#program = program;
    this.url = `http://127.0.0.1:${port}`;
    this.consoleUrl = `http://127.0.0.1:${consolePort}`;
  }

  /** On a folder that is new, or has what a MinIO left. */
  static async start(folder: string, env: Readonly<Record<string, string>> = {}): Promise<MinioByHand> {
    const [port, consolePort] = [await freePort(), await freePort()];
    const addresses = ["--address", `127.0.0.1:${port}`, "--console-address", `127.0.0.1:${consolePort}`];
    const program = new Program({
      command: ["minio", "server", ...addresses, folder],
      port,
      env: {
        HOME: "/root",
        MINIO_UPDATE: "off",
        MINIO_ROOT_USER: MinioByHand.keys.accessKeyId,
        MINIO_ROOT_PASSWORD: MinioByHand.keys.secretAccessKey,
        ...env,
      },
    });
    await program.start();
    const server = new MinioByHand(program, port, consolePort);
    const serves = async (url: string) => (await fetch(url)).ok || undefined;
    try {
      await eventually("MinIO to serve", 30, () => serves(`${server.url}/minio/health/ready`));
      await eventually("its console to serve", 30, () => serves(server.consoleUrl));
    } catch (error) {
      await program.kill();
      throw error;
    }
    return server;
  }

  /** Writes a bucket's objects into a folder, as files that are called by their keys. */
  async copyOut(bucket: string, folder: string): Promise<void> {
    const listed = `${await this.#get(`${bucket}?list-type=2&max-keys=1000`)}`;
    if (!listed.includes("<IsTruncated>false<"))
      throw new Error(`${bucket} has more objects than are listed at once`);
    for (const key of elements(listed, "Key")) {
      const file = join(folder, key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await this.#get(`${bucket}/${key}`));
    }
  }

  async #get(path: string): Promise<Buffer> {
    const answer = await this.#client.fetch(`${this.url}/${path}`);
    const body = Buffer.from(await answer.arrayBuffer());
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${body}`);
    return body;
  }

  async stop(): Promise<void> {
    await this.#program.end("SIGTERM");
  }

  async kill(): Promise<void> {
    await this.#program.kill();
  }
}
