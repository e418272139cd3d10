import * as pulumi from "@pulumi/pulumi";
import { BucketOrigin } from "../resources/bucket-origin.ts";
import { BucketOwner } from "../resources/bucket-owner.ts";
import type { BucketAddress } from "../s3/client.ts";

/** How an ExternalBucket is made. */
export interface ExternalBucketArgs extends BucketAddress {
  /** Whether a bucket that is not there is created. */
  readonly create: boolean;
  /** Whether the bucket of another stack is taken over. */
  readonly adopt: boolean;
  /** The stack's name in the cluster, by which the bucket says whose it is. */
  readonly stack: string;
  /** Whether a destroy leaves the bucket and the images. */
  readonly keep: boolean;
}

/** A bucket of an S3 service outside the cluster. */
export class ExternalBucket extends pulumi.ComponentResource {
  /** Known once the bucket was tried out. */
  readonly bucket: pulumi.Output<string>;
  /** Whether this stack created it, and a destroy may delete it. */
  readonly created: pulumi.Output<boolean>;

  constructor(name: string, args: ExternalBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:ExternalBucket", name, {}, opts);
    const { bucket, endpoint, region, pathStyle, caCertificate = "" } = args;
    const keys = { accessKey: pulumi.secret(args.accessKey), secretKey: pulumi.secret(args.secretKey) };
    const address = { bucket, endpoint, region, pathStyle, caCertificate, ...keys };
    const { existed } = new BucketOrigin(`${name}-origin`, address, { parent: this });
    const { stack, keep, create, adopt } = args;
    const given = { ...address, stack, keep, create, adopt, existed };
    const owner = new BucketOwner(`${name}-owner`, given, { parent: this });
    this.bucket = owner.id.apply(() => bucket);
    this.created = owner.created;
    this.registerOutputs({ bucket: this.bucket, created: this.created });
  }
}
