import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { at, labelledAt, space } from "./stage.ts";

/** A class of volumes that nobody makes, and a claim that nobody uses. */
export function storage(opts: pulumi.CustomResourceOptions): void {
  const metadata = { name: `${space}-class` };
  new k8s.storage.v1.StorageClass(
    "class",
    {
      metadata,
      provisioner: at("example.com/none", "example.com/none", "example.com/other"),
      allowVolumeExpansion: at(false, true),
      volumeBindingMode: "WaitForFirstConsumer",
    },
    opts,
  );
  new k8s.core.v1.PersistentVolumeClaim(
    "claim",
    {
      metadata: { name: "claim", ...labelledAt(2) },
      spec: {
        accessModes: [at("ReadWriteOnce", "ReadWriteOnce", "ReadWriteMany")],
        storageClassName: metadata.name,
        resources: { requests: { storage: "1024Mi" } },
      },
    },
    opts,
  );
}
