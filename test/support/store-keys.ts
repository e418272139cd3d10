import { storeCertificate, storeKeys } from "../../render/names.ts";
import type { BucketAddress } from "../../s3/client.ts";
import { kubectl } from "./site.ts";

/** What a Secret holds under a key. */
export async function secretValue(namespace: string, name: string, key: string): Promise<string> {
  const { data } = JSON.parse(await kubectl("-n", namespace, "get", "secret", name, "-o", "json"));
  return Buffer.from(data[key], "base64").toString();
}

/** A bucket of a stack's store, as the keys of the store's own account open it. */
export async function bucketAsRoot(
  namespace: string,
  endpoint: string,
  bucket: string,
): Promise<BucketAddress> {
  const [accessKey, secretKey, caCertificate] = await Promise.all([
    secretValue(namespace, storeKeys, "user"),
    secretValue(namespace, storeKeys, "password"),
    secretValue(namespace, storeCertificate, "ca.crt"),
  ]);
  return { endpoint, bucket, region: "us-east-1", pathStyle: true, accessKey, secretKey, caCertificate };
}
