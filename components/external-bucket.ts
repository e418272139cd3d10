import * as minio from "@pulumi/minio";
import * as pulumi from "@pulumi/pulumi";
import { BucketOwner } from "../resources/bucket-owner.ts";

/** How an ExternalBucket is made. */
export interface ExternalBucketArgs {
  /** The bucket's name. */
  readonly bucket: string;
  /** The S3 service's URL, and the same as host:port. */
  readonly endpoint: string;
  readonly server: string;
  readonly region: string;
  readonly pathStyle: boolean;
  readonly accessKey: string;
  readonly secretKey: string;
  /** The authorities that the service's certificate is from; left out for the public ones. */
  readonly caCertificate?: string | undefined;
  /**
   * `create` makes a bucket, and fails on one that exists; `adopt` takes over one that this stack made; `use` leaves
   * one that was there before as it is.
   */
  readonly origin: "create" | "adopt" | "use";
  /** The stack's name in the cluster, by which the bucket says whose it is. */
  readonly stack: string;
  /** Whether a destroy leaves the bucket and the images. */
  readonly keep: boolean;
}

/** A bucket of an S3 service outside the cluster. */
export class ExternalBucket extends pulumi.ComponentResource {
  /** Known once the bucket was tried out. */
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: ExternalBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:ExternalBucket", name, {}, opts);
    const made = args.origin === "use" ? [] : [ownBucket(this, name, args)];
    const { stack, keep, endpoint, region, pathStyle, caCertificate } = args;
    const owner = new BucketOwner(
      `${name}-owner`,
      {
        ...{ stack, keep, endpoint, region, pathStyle },
        caCertificate: caCertificate ?? "",
        bucket: args.bucket,
        created: args.origin !== "use",
        accessKey: pulumi.secret(args.accessKey),
        secretKey: pulumi.secret(args.secretKey),
      },
      { parent: this, dependsOn: made },
    );
    this.bucket = owner.id.apply(() => args.bucket);
    this.registerOutputs({ bucket: this.bucket });
  }
}

function ownBucket(parent: pulumi.Resource, name: string, args: ExternalBucketArgs): minio.S3Bucket {
  const provider = new minio.Provider(
    `${name}-store`,
    {
      minioServer: args.server,
      minioRegion: args.region,
      minioUser: pulumi.secret(args.accessKey),
      minioPassword: pulumi.secret(args.secretKey),
      minioSsl: true,
      // The provider takes an authority only as a file, which a destroy on another machine would not find. The preflight
      // has verified the service's certificate; requests are signed, so the keys never travel.
      minioInsecure: args.caCertificate !== undefined,
    },
    { parent },
  );
  return new minio.S3Bucket(
    name,
    { bucket: args.bucket, acl: "private" },
    {
      parent,
      provider,
      retainOnDelete: args.keep,
      // Private at first; what others let whom do with it later is theirs to say.
      ignoreChanges: ["acl"],
      ...(args.origin === "adopt" ? { import: args.bucket } : {}),
    },
  );
}
