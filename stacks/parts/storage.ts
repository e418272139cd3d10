import type * as pulumi from "@pulumi/pulumi";
import { CertificateAuthority } from "../../components/certificate-authority.ts";
import { ImageBucket } from "../../components/image-bucket.ts";
import { ObjectStore } from "../../components/object-store.ts";
import type { Storage } from "../../components/registry.ts";
import { ServerCertificate } from "../../components/server-certificate.ts";
import { storeName } from "../../render/names.ts";
import { storeNames } from "../names.ts";
import type { Ground } from "./ground.ts";

/** Where the images lie. */
export interface ImageStorage {
  /** How the registry reaches them. */
  readonly storage: Storage;
  readonly bucket: pulumi.Output<string>;
  /** What has to be there before a registry can answer. */
  readonly ready: pulumi.Resource;
  /** Where they are beside the bucket, by what it is called. */
  readonly whereabouts: Readonly<Record<string, pulumi.Input<string>>>;
  readonly made: readonly pulumi.Resource[];
}

/** For how long the store's certificate lasts: a new one would stop the store for a moment, and make nobody safer. */
const storeYears = 50;

/** An S3 server in the cluster, and the bucket on it. */
export function storeInCluster({ settings, found, stack, now, common, inCluster }: Ground): ImageStorage {
  const { storage, images, resources } = settings;
  // Of its own: who talks to the store trusts nothing else, and a new authority of the registry's is nothing to it.
  const authority = new CertificateAuthority("store-authority", {
    ...{ kind: "own", commonName: `${stack} store`, issues: 1, trusted: [1] },
    validYears: storeYears,
  });
  const certificate = new ServerCertificate("store-certificate", {
    ...storeNames(settings),
    ...{ validityDays: storeYears * 365, renewAfterDays: storeYears * 365 - 1 },
    issuer: authority.issuer,
    commonName: storeName,
    now,
  });
  const caCertificate = authority.bundle;
  const store = new ObjectStore(
    "store",
    {
      ...common,
      ...storage,
      image: images.store,
      agentImage: images.agent,
      volume:
        storage.volume.kind === "hostPath"
          ? storage.volume
          : { kind: "storageClass", className: found.storageClass },
      limits: resources.store,
      priorityClass: settings.priorityClass,
      hostPort: storage.reachAt.port,
      certificate,
      caCertificate,
      keep: settings.keepImages,
    },
    inCluster,
  );
  const bucket = new ImageBucket(
    "bucket",
    {
      bucket: settings.bucket,
      address: storage.reachAt,
      server: storage.server,
      caCertificate,
      rootUser: store.rootUser,
      rootPassword: store.rootPassword,
      origin: found.bucketExists ? "adopt" : "create",
    },
    { dependsOn: [store] },
  );
  return {
    storage: {
      endpoint: store.endpoint,
      bucket: settings.bucket,
      accessKey: bucket.accessKey,
      secretKey: bucket.secretKey,
      caCertificate,
    },
    bucket: bucket.bucket,
    ready: bucket,
    whereabouts: store.whereabouts,
    made: [certificate, store, bucket],
  };
}
