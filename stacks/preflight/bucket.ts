import { request } from "node:https";
import { AwsV4Signer } from "aws4fetch";
import type { ClusterClient, KubeObject } from "../../cluster/client.ts";
import { hostPort, storeCertificate, storeKeys } from "../../render/names.ts";
import type { Settings } from "../settings.ts";

interface Secret extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

/**
 * Whether a store that runs has the bucket already. That is so where a run was killed between the bucket and the mark
 * of it, and where the state was lost. A store that does not answer is being started, and has none or the mark of it.
 */
export async function bucketExists(
  client: ClusterClient,
  { namespace, storage, bucket }: Pick<Settings, "namespace" | "storage" | "bucket">,
): Promise<boolean> {
  const secret = (name: string) => client.get<Secret>(`/api/v1/namespaces/${namespace.name}/secrets/${name}`);
  const [keys, tls] = await Promise.all([secret(storeKeys), secret(storeCertificate)]);
  if (keys === undefined || tls === undefined) return false;
  const text = ({ data }: Secret, key: string) => Buffer.from(data[key] ?? "", "base64").toString();
  const address = hostPort(storage.reachAt.host, storage.reachAt.port);
  const signer = new AwsV4Signer({
    method: "HEAD",
    url: `https://${address}/${bucket}`,
    accessKeyId: text(keys, "user"),
    secretAccessKey: text(keys, "password"),
    service: "s3",
    region: "us-east-1",
  });
  const { url, headers } = await signer.sign();
  return (await statusOf(url, Object.fromEntries(headers), text(tls, "ca.crt"))) === 200;
}

function statusOf(
  url: URL,
  headers: Readonly<Record<string, string>>,
  ca: string,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const sent = request(url, { method: "HEAD", headers, ca, timeout: 3000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on("error", () => resolve(undefined)).on("timeout", () => sent.destroy());
    sent.end();
  });
}
