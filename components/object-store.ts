import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { ClusterAddress } from "../cluster/client.ts";
import { labelsOf, revisionAnnotation, storeCertificate, storeKeys, storeName } from "../render/names.ts";
import { revisionOf } from "../render/revision.ts";
import { type ServerName, storeServers } from "../render/store-server.ts";
import type { StoreVolume } from "../render/store-volume.ts";
import { DeploymentReady } from "../resources/deployment-ready.ts";
import { PodsGone } from "../resources/pods-gone.ts";
import { StoreDirectory } from "../resources/store-directory.ts";
import type { Limits } from "./registry.ts";
import type { KeyPair } from "./server-certificate.ts";
import { storePod } from "./store-pod.ts";

/** How an ObjectStore is made. */
export interface ObjectStoreArgs {
  /** The namespace it lives in. */
  readonly namespace: pulumi.Input<string>;
  /** Whether a destroy takes it away, with all that is in it. */
  readonly namespaceGoes: boolean;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly cluster: ClusterAddress;
  readonly server: ServerName;
  readonly image: string;
  /** The image with busybox, for what is done before the server starts. */
  readonly agentImage: string;
  /** Where the images are. */
  readonly volume: StoreVolume;
  /** Whether what it acknowledges has to outlive a power cut: it starts on no file system where that cannot be. */
  readonly durable: boolean;
  /** What is asked of the storage class; of a host path it is a wish. */
  readonly size: string;
  readonly limits: Limits;
  /** The node it is pinned to; undefined where no cluster could be asked. */
  readonly node?: string | undefined;
  /** @default the cluster's default */
  readonly priorityClass?: string | undefined;
  /** The port on that node under which the machine that runs the engine reaches it. */
  readonly hostPort: number;
  /** What it shows to its clients. */
  readonly certificate: KeyPair;
  /** The authority that issued it. */
  readonly caCertificate: pulumi.Input<string>;
  /** Whether a destroy leaves the claim and its volume. */
  readonly keep: boolean;
}

/** An S3 server in the cluster, on a volume of its own. */
export class ObjectStore extends pulumi.ComponentResource {
  /** The URL inside the cluster. */
  readonly endpoint: pulumi.Output<string>;
  /** Where the data is, by what it is called. */
  readonly whereabouts: Readonly<Record<string, pulumi.Output<string>>>;
  readonly rootUser: pulumi.Output<string>;
  readonly rootPassword: pulumi.Output<string>;
  /** The ids of what it makes in the cluster, known before anything is waited for. */
  readonly objects: pulumi.Output<readonly string[]>;

  constructor(name: string, args: ObjectStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:ObjectStore", name, {}, opts);
    const own = { parent: this, deleteBeforeReplace: true };
    const server = storeServers[args.server];
    const labels = labelsOf(storeName, args.stack);
    const named = (objectName: string) => ({ name: objectName, namespace: args.namespace, labels });

    const user = new random.RandomString(`${name}-user`, { length: 20, special: false }, { parent: this });
    const password = new random.RandomPassword(
      `${name}-password`,
      { length: 40, special: false },
      { parent: this },
    );
    const keyFiles = pulumi
      .all([user.result, password.result])
      .apply(([user, password]) => ({ user, password, ...server.keyFiles(user, password) }));
    const keys = new k8s.core.v1.Secret(
      `${name}-keys`,
      { metadata: named(storeKeys), stringData: keyFiles },
      own,
    );
    const tls = new k8s.core.v1.Secret(
      `${name}-tls`,
      {
        metadata: named(storeCertificate),
        stringData: {
          "tls.crt": args.certificate.certificate,
          "tls.key": args.certificate.privateKey,
          "ca.crt": args.caCertificate,
        },
      },
      own,
    );
    const directory =
      args.volume.kind === "hostPath" && args.node !== undefined
        ? new StoreDirectory(
            `${name}-directory`,
            {
              cluster: args.cluster,
              namespace: args.namespace,
              node: args.node,
              path: args.volume.path,
              owner: args.stack,
              image: args.image,
              keep: args.keep,
            },
            { parent: this },
          )
        : undefined;
    const claim =
      args.volume.kind === "storageClass"
        ? new k8s.core.v1.PersistentVolumeClaim(
            `${name}-volume`,
            {
              metadata: { ...named(storeName), annotations: claimAnnotations(args.volume.node) },
              spec: {
                accessModes: ["ReadWriteOnce"],
                resources: { requests: { storage: args.size } },
                ...(args.volume.className === undefined ? {} : { storageClassName: args.volume.className }),
              },
            },
            { ...own, retainOnDelete: args.keep, ignoreChanges: [`metadata.annotations["${selectedNode}"]`] },
          )
        : undefined;

    const revision = revisionOf([
      user.result,
      password.result,
      args.certificate.certificate,
      args.caCertificate,
    ]);
    const volume = [claim, directory].filter((one) => one !== undefined);
    const gone = new PodsGone(
      `${name}-gone`,
      {
        ...{ cluster: args.cluster, namespace: args.namespace, app: storeName, patienceSeconds: 60 },
        // Its directory is not removed under a store that still ends.
        namespaceGoes: args.namespaceGoes && directory === undefined,
        drainSeconds: 0,
      },
      { parent: this, dependsOn: volume },
    );
    const deployment = new k8s.apps.v1.Deployment(
      name,
      {
        metadata: { ...named(storeName), annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          replicas: 1,
          strategy: { type: "Recreate" }, // one writer, and one owner of the host port
          selector: { matchLabels: { app: storeName } },
          template: {
            metadata: { labels, annotations: { [revisionAnnotation]: revision } },
            spec: storePod(args, { keys: keys.metadata.name, certificate: tls.metadata.name }),
          },
        },
      },
      { ...own, dependsOn: [...volume, gone] },
    );
    new DeploymentReady(
      `${name}-ready`,
      {
        cluster: args.cluster,
        namespace: args.namespace,
        deployment: storeName,
        uid: deployment.metadata.uid,
        generation: deployment.metadata.generation,
        patienceSeconds: 300,
      },
      { parent: this },
    );
    const service = new k8s.core.v1.Service(
      `${name}-service`,
      {
        metadata: { ...named(storeName), annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          selector: { app: storeName },
          ports: [
            { name: "s3", port: server.port, targetPort: "s3" },
            ...(server.console ? [{ name: "console", port: server.console, targetPort: "console" }] : []),
          ],
        },
      },
      own,
    );

    this.endpoint = pulumi.interpolate`https://${service.metadata.name}.${args.namespace}.svc:${server.port}`;
    this.whereabouts = claim
      ? { claim: pulumi.interpolate`${args.namespace}/${claim.metadata.name}` }
      : { directory: pulumi.output(directoryOf(args)) };
    const objects = [keys, tls, ...(claim ? [claim] : []), deployment, service];
    this.objects = pulumi.all(objects.map(({ id }) => id));
    this.rootUser = user.result;
    this.rootPassword = password.result;
    this.registerOutputs({
      endpoint: this.endpoint,
      rootUser: this.rootUser,
      rootPassword: this.rootPassword,
    });
  }
}

const directoryOf = ({ volume, node }: ObjectStoreArgs) =>
  volume.kind === "hostPath" ? `${node}:${volume.path}` : "";

const selectedNode = "volume.kubernetes.io/selected-node";

/**
 * Not awaited: most classes bind a claim only when its pod is scheduled. The node is said as the scheduler would say it,
 * some seconds later: the volume is made while the pod is.
 */
const claimAnnotations = (node: string | undefined) => ({
  "pulumi.com/skipAwait": "true",
  ...(node !== undefined && { [selectedNode]: node }),
});
