import * as pulumi from "@pulumi/pulumi";
import { ExternalBucket } from "../../components/external-bucket.ts";
import { bucketAddress } from "../preflight/s3-address.ts";
import type { ExternalStore } from "../settings/external-store.ts";
import type { Ground } from "./ground.ts";
import type { ImageStorage } from "./image-storage.ts";

/** A bucket of an S3 service that is there. */
export function externalStore(storage: ExternalStore, { settings, stack }: Ground): ImageStorage {
  const { endpoint, region, pathStyle, caCertificate, create, adopt } = storage;
  const address = bucketAddress(storage, settings.bucket);
  const keep = settings.keepImages;
  const bucket = new ExternalBucket("bucket", { ...address, create, adopt, stack, keep });
  const line = `bucket ${settings.bucket} at ${endpoint}`;
  return {
    storage: {
      ...{ endpoint, region, pathStyle, caCertificate },
      near: false,
      bucket: bucket.bucket,
      accessKey: pulumi.secret(storage.accessKey),
      secretKey: pulumi.secret(storage.secretKey),
    },
    bucket: bucket.bucket,
    ready: bucket,
    where: { bucket: settings.bucket, endpoint },
    kept: keep ? pulumi.output([line]) : bucket.created.apply((created) => (created ? [] : [line])),
    policed: undefined,
    made: [bucket],
    objects: pulumi.output([]),
  };
}
