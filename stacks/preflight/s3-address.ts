import type { BucketAddress } from "../../s3/client.ts";
import type { ExternalStore } from "../settings/external-store.ts";

/** The bucket of an external store, as a client reaches it. */
export function bucketAddress(storage: ExternalStore, bucket: string): BucketAddress {
  const { endpoint, region, accessKey, secretKey, pathStyle, caCertificate } = storage;
  return { endpoint, region, accessKey, secretKey, pathStyle, caCertificate, bucket };
}
