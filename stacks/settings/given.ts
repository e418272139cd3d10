import { readAccounts } from "./accounts.ts";
import { readCertificate } from "./certificate.ts";
import { readCluster } from "./cluster.ts";
import { nodeAddress, port } from "./endpoint.ts";
import { readExpose } from "./expose.ts";
import { readImages } from "./images.ts";
import { readMetrics } from "./metrics.ts";
import { bucketName, hostName, objectName } from "./names.ts";
import { readNamespace } from "./namespace.ts";
import { onOff, readNodeTrust } from "./node-trust.ts";
import { readNotifications } from "./notifications.ts";
import { readPullSecret } from "./pull-secret.ts";
import type { Given } from "./reader.ts";
import { readReplicas } from "./replicas.ts";
import { readResources } from "./resources.ts";
import { choice, yesNo } from "./scalars.ts";
import { readStorage } from "./storage.ts";

/** Every setting, in the order that problems are told in, with what understands it. */
export const fields = {
  target: choice(["single-node", "cloud"]),
  cluster: readCluster,
  namespace: readNamespace,
  host: hostName,
  nodeAddress,
  port,
  expose: readExpose,
  replicas: readReplicas,
  priorityClass: objectName,
  storage: readStorage,
  bucket: bucketName,
  keepImages: yesNo,
  accounts: readAccounts,
  certificate: readCertificate,
  pullSecret: readPullSecret,
  nodeTrust: readNodeTrust,
  proof: onOff,
  notifications: readNotifications,
  metrics: readMetrics,
  images: readImages,
  resources: readResources,
};

/** What was given and understood, before the defaults. */
export type GivenSettings = Given<typeof fields>;
