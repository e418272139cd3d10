import * as pulumi from "@pulumi/pulumi";
import { CertificateAuthority } from "../../components/certificate-authority.ts";
import { ImageBucket } from "../../components/image-bucket.ts";
import { ObjectStore } from "../../components/object-store.ts";
import { ServerCertificate } from "../../components/server-certificate.ts";
import { storeName } from "../../render/names.ts";
import { storeNames } from "../names.ts";
import type { StoreInCluster } from "../settings/store-in-cluster.ts";
import type { Ground } from "./ground.ts";
import type { ImageStorage } from "./image-storage.ts";

/** For how long the store's certificate lasts: a new one would stop the store for a moment, and make nobody safer. */
const storeYears = 50;

/** An S3 server in the cluster, and the bucket on it. */
export function storeInCluster(
  storage: StoreInCluster,
  { settings, found, common, inCluster, home, stack, now }: Ground,
): ImageStorage {
  const { images, resources } = settings;
  // Of its own: who talks to the store trusts nothing else, and a new authority of the registry's is nothing to it.
  const authority = new CertificateAuthority("store-authority", {
    ...{ kind: "own", commonName: `${stack} store`, issues: 1, trusted: [1] },
    validYears: storeYears,
  });
  const certificate = new ServerCertificate("store-certificate", {
    ...storeNames(storage, settings),
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
          : { kind: "storageClass", className: found.storageClass, node: found.volumeNode },
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
  const things = { namespace: home.namespace, ...store.whereabouts, bucket: bucket.bucket };
  return {
    storage: {
      endpoint: store.endpoint,
      bucket: settings.bucket,
      region: "us-east-1",
      pathStyle: true,
      near: true,
      accessKey: bucket.accessKey,
      secretKey: bucket.secretKey,
      caCertificate,
    },
    bucket: bucket.bucket,
    ready: bucket,
    where: { ...things, server: storage.server },
    kept: pulumi.all(settings.keepImages ? lines(things) : []),
    policed: storage.reachFrom,
    made: [certificate, store, bucket],
    objects: store.objects,
  };
}

const lines = (things: Readonly<Record<string, pulumi.Input<string>>>) =>
  Object.entries(things).map(([kind, thing]) => pulumi.interpolate`${kind} ${thing}`);
