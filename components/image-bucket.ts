import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { bucketPolicy } from "../render/bucket-policy.ts";
import { digestOf } from "../render/revision.ts";
import { type ServerName, storeServers } from "../render/store-server.ts";
import { StoreRoute } from "../resources/store-route.ts";

/** How an ImageBucket is made. */
export interface ImageBucketArgs {
  /** The bucket's name. */
  readonly bucket: string;
  /** Where the machine that runs the engine reaches the store. */
  readonly address: { readonly host: string; readonly port: number };
  readonly server: ServerName;
  readonly caCertificate: pulumi.Input<string>;
  readonly rootUser: pulumi.Input<string>;
  readonly rootPassword: pulumi.Input<string>;
  /** `adopt` takes over a bucket that exists; `create` fails on one. */
  readonly origin: "create" | "adopt";
}

/** The bucket that holds the images, and the keys to it. */
export class ImageBucket extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;
  readonly accessKey: pulumi.Output<string>;
  readonly secretKey: pulumi.Output<string>;

  constructor(name: string, args: ImageBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:ImageBucket", name, {}, opts);
    const server = storeServers[args.server];
    const route = new StoreRoute(
      `${name}-route`,
      {
        host: args.address.host,
        port: args.address.port,
        caCertificate: args.caCertificate,
        health: server.health,
        bucket: args.bucket,
      },
      { parent: this },
    );
    const provider = new minio.Provider(
      `${name}-store`,
      {
        minioServer: route.id,
        minioUser: args.rootUser,
        minioPassword: pulumi.secret(args.rootPassword),
        minioSsl: true,
        // The provider takes an authority only as a file, which a destroy on another machine would not find. The route
        // has verified the server's certificate; requests are signed, so the keys never travel.
        minioInsecure: true,
      },
      { parent: this },
    );
    const own = { parent: this, provider };
    const bucket = new minio.S3Bucket(
      name,
      { bucket: args.bucket, acl: "private" },
      {
        ...own,
        // Where images are not kept it goes with its volume, which is quicker and cannot fail halfway.
        retainOnDelete: true,
        ...(args.origin === "adopt" ? { import: args.bucket } : {}),
      },
    );

    this.bucket = bucket.bucket;
    const user = server.hasUsers ? ownUser(name, args.bucket, own) : undefined;
    this.accessKey = user?.accessKey ?? pulumi.output(args.rootUser);
    this.secretKey = user?.secretKey ?? pulumi.output(args.rootPassword);
    this.registerOutputs({ bucket: this.bucket, accessKey: this.accessKey, secretKey: this.secretKey });
  }
}

/** The name of a bucket's user: MinIO takes 20 characters, of a bucket's 63. */
const userOf = (bucket: string) =>
  bucket.length <= 20 ? bucket : `${bucket.slice(0, 11)}-${digestOf(bucket).slice(0, 8)}`;

/**
 * A user that may do with this bucket what a registry does, and nothing else. It lies on the store's volume, and goes or
 * stays with it: asking a dead store to delete it would stop a destroy. Where it stays, the next `up` sets its password
 * and its policy anew, also without a state, because MinIO's calls that make these overwrite what has their name.
 */
function ownUser(name: string, bucket: string, given: pulumi.CustomResourceOptions) {
  const parent = given.parent ? { parent: given.parent } : {};
  const opts = { ...given, retainOnDelete: true };
  const secret = new random.RandomPassword(`${name}-secret`, { length: 40, special: false }, parent);
  const user = new minio.IamUser(`${name}-user`, { name: userOf(bucket), secret: secret.result }, opts);
  const policy = new minio.IamPolicy(`${name}-policy`, { name: bucket, policy: bucketPolicy(bucket) }, opts);
  const attachment = new minio.IamUserPolicyAttachment(
    `${name}-user-policy`,
    { userName: user.name, policyName: policy.name },
    opts,
  );
  const once = (value: pulumi.Output<string>) => pulumi.all([value, attachment.id]).apply(([text]) => text);
  return { accessKey: once(user.name), secretKey: pulumi.secret(once(secret.result)) };
}
