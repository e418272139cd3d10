import { dirname } from "node:path";
import { identityOf } from "../../local/cluster/identity.ts";
import { importImages } from "../../local/cluster/node.ts";
import { readRecord } from "../../local/cluster/record.ts";
import { minioImage } from "../../local/images/catalog.ts";
import { ensureImages } from "../../local/images/ensure.ts";
import { run } from "../../local/machine/run.ts";
import { Progress } from "../../local/terminal/progress.ts";
import { clusterName } from "./nodes.ts";

/** Gives the nodes of the cluster in $KUBECONFIG the image of MinIO, made from the one on PATH. */
export async function giveMinio(): Promise<void> {
  const program = (await run("sh", ["-c", "command -v minio"])).trim();
  const cluster = await readRecord(identityOf(clusterName()));
  if (cluster === undefined) throw new Error("there is no local cluster");
  const image = await minioImage(dirname(program));
  const archives = await ensureImages([image], new Progress(), new AbortController().signal);
  for (const { name } of cluster.nodes) await importImages(cluster, name, archives);
}
