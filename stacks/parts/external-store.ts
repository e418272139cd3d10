import * as pulumi from "@pulumi/pulumi";
import { ExternalBucket } from "../../components/external-bucket.ts";
import { hostPort } from "../../render/names.ts";
import { bucketAddress } from "../preflight/s3-address.ts";
import type { ExternalStore } from "../settings/external-store.ts";
import { placeOf } from "../settings/s3-url.ts";
import type { Ground } from "./ground.ts";
import type { ImageStorage } from "./image-storage.ts";

/** A bucket of an S3 service that is there. */
export function externalStore(storage: ExternalStore, { settings, found, stack }: Ground): ImageStorage {
  const { host = "", port = 0 } = placeOf(storage.endpoint) ?? {};
  const theirs = found.bucketExists && !found.bucketOurs;
  const keep = settings.keepImages || theirs;
  const bucket = new ExternalBucket("bucket", {
    ...bucketAddress(storage, settings.bucket),
    server: hostPort(host, port),
    origin: theirs ? "use" : found.bucketExists ? "adopt" : "create",
    stack,
    keep,
  });
  const { endpoint, region, pathStyle, caCertificate } = storage;
  return {
    storage: {
      ...{ endpoint, region, pathStyle, caCertificate },
      bucket: bucket.bucket,
      accessKey: pulumi.secret(storage.accessKey),
      secretKey: pulumi.secret(storage.secretKey),
    },
    bucket: bucket.bucket,
    ready: bucket,
    where: { bucket: settings.bucket, endpoint },
    kept: keep ? [`bucket ${settings.bucket} at ${endpoint}`] : [],
    policed: undefined,
    made: [bucket],
  };
}
