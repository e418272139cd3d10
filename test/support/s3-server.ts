import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Answer, ask, type BucketAddress, type Question } from "../../s3/client.ts";
import { makeCertificates } from "./certificates.ts";
import { freePort, Program } from "./program.ts";

/** How an S3 server is run. */
export interface S3ServerOptions {
  /** @default "us-east-1" */
  readonly region?: string;
  /**
   * The address that it listens on, and is reached at; the certificate's names have to cover it.
   * @default "127.0.0.1"
   */
  readonly address?: string;
  /** Whether buckets may keep the versions of their objects. */
  readonly versions?: boolean;
  /** The domain before which buckets are named. */
  readonly domain?: string;
}

/** An S3 service that somebody else runs, as a test finds it. */
interface Running {
  readonly directory: string;
  readonly program: Program;
  readonly port: number;
  /** PEM of the authority that issued its certificate. */
  readonly authority: string;
  readonly address: BucketAddress;
}

/** A folder with a certificate, and where it will be reached. */
export async function placeFor({ region = "us-east-1", address = "127.0.0.1" }: S3ServerOptions) {
  const directory = await mkdtemp(join(tmpdir(), "edge-registry-s3-"));
  const { authority: file } = await makeCertificates(directory, address);
  const authority = await readFile(file, "utf8");
  const port = await freePort(address);
  const owner: BucketAddress = {
    endpoint: `https://${address}:${port}`,
    region,
    bucket: "registry-edge",
    accessKey: "owner",
    secretKey: secretOf("owner"),
    pathStyle: true,
    caCertificate: authority,
  };
  return { directory, authority, port, address: owner };
}

/**
 * An S3 service as somebody else runs it: versitygw with TLS, on the machine and not in a cluster. Needs it on PATH.
 * `owner` may do everything; `stranger` may do what `allow` lets it.
 */
export class S3Server {
  readonly address: BucketAddress;
  readonly port: number;
  readonly authority: string;
  readonly program: Program;
  protected readonly directory: string;

  protected constructor({ directory, program, port, authority, address }: Running) {
    this.directory = directory;
    this.program = program;
    this.port = port;
    this.authority = authority;
    this.address = address;
  }

  static async start(options: S3ServerOptions = {}): Promise<S3Server> {
    const { region = "us-east-1", address = "127.0.0.1", versions, domain } = options;
    const place = await placeFor(options);
    const { directory, port } = place;
    for (const name of ["data", "versions", "users"]) await mkdir(join(directory, name));
    const users = { owner: "admin", stranger: "user" };
    const accessAccounts = Object.fromEntries(
      Object.entries(users).map(([access, role]) => [access, { access, secret: secretOf(access), role }]),
    );
    await writeFile(join(directory, "users/users.json"), JSON.stringify({ accessAccounts }));
    const program = new Program({
      command: [
        ...["versitygw", "--port", `${address}:${port}`, "--region", region, "--quiet"],
        ...["--cert", join(directory, "server.crt"), "--key", join(directory, "server.key")],
        ...["--iam-dir", join(directory, "users")],
        ...(domain === undefined ? [] : ["--virtual-domain", domain]),
        ...[
          "posix",
          ...(versions ? ["--versioning-dir", join(directory, "versions")] : []),
          join(directory, "data"),
        ],
      ],
      ...{ port, address },
      env: { ROOT_ACCESS_KEY_ID: "root", ROOT_SECRET_ACCESS_KEY: secretOf("root") },
    });
    await program.start();
    return new S3Server({ ...place, program });
  }

  /** The same for another account. */
  as(accessKey: string): BucketAddress {
    return { ...this.address, accessKey, secretKey: secretOf(accessKey) };
  }

  /** Asks as the account that may do everything, and expects a success. */
  async must(question: Question, bucket = this.address.bucket): Promise<Answer> {
    const answer = await ask({ ...this.address, bucket }, question);
    if (answer.status < 300) return answer;
    throw new Error(`${question.method} ${bucket}: ${answer.status} ${answer.body}`);
  }

  /** The name of a bucket that it makes. */
  async newBucket(): Promise<string> {
    const bucket = `test-${randomUUID()}`;
    await this.must({ method: "PUT" }, bucket);
    return bucket;
  }

  /** Lets an account do some things with a bucket, and nothing else. */
  async allow(account: "stranger", bucket: string, actions: readonly string[]): Promise<void> {
    await this.#setPolicy(bucket, policyOf(bucket, actions, { Principal: { AWS: [account] } }));
  }

  /** Lets people without a key do some things with a bucket. */
  async open(bucket: string, actions: readonly string[]): Promise<void> {
    await this.#setPolicy(bucket, policyOf(bucket, actions, { Principal: "*" }));
  }

  async #setPolicy(bucket: string, body: string): Promise<void> {
    await this.must({ method: "PUT", query: { policy: "" }, body }, bucket);
  }

  /** Where a bucket lies on the disk. */
  #folderOf(bucket: string): string {
    return join(this.directory, "data", bucket);
  }

  /** Puts many objects into a bucket, as fast as the service's disk takes them. */
  async putMany(bucket: string, keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const file = join(this.#folderOf(bucket), key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, "x");
    }
  }

  /** The objects of a bucket, by what the disk says; undefined where there is no such bucket. */
  async files(bucket = this.address.bucket): Promise<readonly string[] | undefined> {
    const folder = this.#folderOf(bucket);
    const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => undefined);
    return found
      ?.filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name).slice(folder.length + 1))
      .sort();
  }

  async stop(): Promise<void> {
    await this.program.kill();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A policy that allows some things, of a bucket and what is in it. */
export function policyOf(bucket: string, actions: readonly string[], whom: object = {}): string {
  const of = (resource: string, Action: readonly string[]) => ({
    ...{ Effect: "Allow", ...whom, Action, Resource: [`arn:aws:s3:::${bucket}${resource}`] },
  });
  const isOfBucket = (action: string) => action.includes("Bucket");
  const Statement = [
    of("", actions.filter(isOfBucket)),
    of(
      "/*",
      actions.filter((action) => !isOfBucket(action)),
    ),
  ];
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: Statement.filter(({ Action }) => Action.length > 0),
  });
}

export const secretOf = (account: string) => `the-secret-of-${account}-is-long`;
