import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../../local/test/support/cli.ts";
import { ask, elements } from "../../s3/client.ts";
import { HttpsClient } from "./https.ts";
import { freePort, Program } from "./program.ts";
import { placeFor, policyOf, S3Server, type S3ServerOptions, secretOf } from "./s3-server.ts";

/** The same service by MinIO, which has another answer for most of what is wrong. Needs it on PATH. */
export class MinioServer extends S3Server {
  static override async start(options: S3ServerOptions = {}): Promise<MinioServer> {
    const { region = "us-east-1", address = "127.0.0.1", domain } = options;
    const place = await placeFor(options);
    const { directory, port } = place;
    for (const name of ["data", "certs"]) await mkdir(join(directory, name));
    await copyFile(join(directory, "server.crt"), join(directory, "certs/public.crt"));
    await copyFile(join(directory, "server.key"), join(directory, "certs/private.key"));
    const consolePort = await freePort(address);
    const program = new Program({
      command: [
        ...["minio", "server", "--certs-dir", join(directory, "certs"), "--address", `${address}:${port}`],
        ...["--console-address", `${address}:${consolePort}`, join(directory, "data")],
      ],
      ...{ port, address },
      env: {
        ...{ HOME: directory, MINIO_UPDATE: "off", MINIO_REGION: region },
        ...{ MINIO_ROOT_USER: "owner", MINIO_ROOT_PASSWORD: secretOf("owner") },
        ...(domain === undefined ? {} : { MINIO_DOMAIN: domain }),
      },
    });
    await program.start();
    const server = new MinioServer({ ...place, program });
    try {
      await server.#addStranger(new HttpsClient(consolePort, join(directory, "ca.crt"), address));
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** By the console: the server's own call for it wants what is sent encrypted. */
  async #addStranger(client: HttpsClient): Promise<void> {
    const post = (path: string, content: object, cookie = "") =>
      client.send("POST", `/api/v1/${path}`, {
        headers: { "content-type": "application/json", cookie },
        body: Buffer.from(JSON.stringify(content)),
      });
    const signedIn = await eventually("MinIO to know its owner", 60, async () => {
      const answer = await post("login", { accessKey: "owner", secretKey: secretOf("owner") });
      return answer.status === 204 ? answer : undefined;
    });
    const cookies = (signedIn.headers["set-cookie"] ?? []).map((one) => one.split(";")[0]).join("; ");
    await this.allow("stranger", "none", ["s3:ListBucket"]);
    const user = {
      accessKey: "stranger",
      secretKey: secretOf("stranger"),
      groups: [],
      policies: ["stranger"],
    };
    const { status, body } = await post("users", user, cookies);
    if (status >= 300) throw new Error(`the console answers ${status} ${body}`);
  }

  /** Its policies are of users. */
  override async allow(account: "stranger", bucket: string, actions: readonly string[]): Promise<void> {
    const body = policyOf(bucket, actions);
    const key = "admin/v3/add-canned-policy";
    await this.must({ method: "PUT", key, query: { name: account }, body }, "minio");
  }

  /** On its disk an object is a folder. */
  override async putMany(bucket: string, keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += 50)
      await Promise.all(
        keys.slice(at, at + 50).map((key) => this.must({ method: "PUT", key, body: "x" }, bucket)),
      );
  }

  /** By what it lists. */
  override async files(bucket = this.address.bucket): Promise<readonly string[] | undefined> {
    const listed = { method: "GET", query: { "list-type": "2" } } as const;
    const answer = await ask({ ...this.address, bucket }, listed);
    return answer.status === 404 ? undefined : elements(answer.body, "Key");
  }
}
