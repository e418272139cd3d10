import type { ClusterClient, KubeObject } from "../../cluster/client.ts";
import { hostPort, storeCertificate, storeKeys } from "../../render/names.ts";
import { ask } from "../../s3/client.ts";
import type { Settings } from "../settings.ts";
import { type Mark, marks } from "./location.ts";

interface Secret extends KubeObject {
  readonly data: Readonly<Record<string, string>>;
}

/**
 * Whether a store in the cluster has the bucket already, by the settings, by the mark of it, or by what a store that
 * runs says: so where a run was killed between the bucket and its mark, and where the state was lost. A store that does
 * not answer is being started, and has none or the mark of it. The mark of a claim that is gone says nothing.
 */
export async function bucketExists(
  client: ClusterClient,
  { namespace, storage, bucket }: Pick<Settings, "namespace" | "storage" | "bucket">,
  mark: Mark | undefined,
  { stack, claimed }: { readonly stack: string; readonly claimed: boolean },
): Promise<boolean> {
  if (storage.kind === "external") return false;
  if (storage.adopt) return true;
  if (marks(mark, bucket, stack)) return mark?.data?.claim === undefined || claimed;
  const secret = (name: string) => client.get<Secret>(`/api/v1/namespaces/${namespace.name}/secrets/${name}`);
  const [keys, tls] = await Promise.all([secret(storeKeys), secret(storeCertificate)]);
  if (keys === undefined || tls === undefined) return false;
  const text = ({ data }: Secret, key: string) => Buffer.from(data[key] ?? "", "base64").toString();
  const address = {
    endpoint: `https://${hostPort(storage.reachAt.host, storage.reachAt.port)}`,
    region: "us-east-1",
    bucket,
    accessKey: text(keys, "user"),
    secretKey: text(keys, "password"),
    pathStyle: true,
    caCertificate: text(tls, "ca.crt"),
  };
  const answer = await ask(address, { method: "HEAD" }).catch(() => undefined);
  return answer?.status === 200;
}
