import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../cluster/client.ts";
import { dockerConfig } from "../render/docker-config.ts";
import { confined, hardenedPod, unprivileged } from "../render/hardening.ts";
import { labelsOf, revisionAnnotation } from "../render/names.ts";
import type { OciLayout } from "../render/oci-layout.ts";
import { pinnedTo } from "../render/placement.ts";
import { proofImage } from "../render/proof-image.ts";
import { revisionOf } from "../render/revision.ts";
import { JobDone } from "../resources/job-done.ts";
import { type DnsRecord, Rollout } from "../resources/rollout.ts";
import type { Credential, Entry } from "./accounts.ts";

/** What is proven. */
export interface PullProofArgs {
  readonly namespace: pulumi.Input<string>;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly cluster: ClusterAddress;
  /** The registry's names, as images carry them: each is pulled by on each node. */
  readonly servers: readonly pulumi.Input<string>[];
  /** Where the image is pushed to, from inside the cluster. */
  readonly internalUrl: pulumi.Output<string>;
  /** The address of that, where no name server in the cluster has to know its name. */
  readonly internalAddress?: pulumi.Output<string> | undefined;
  readonly caCertificate: pulumi.Input<string>;
  readonly push: pulumi.Input<Credential & Entry>;
  readonly pull: pulumi.Input<Credential & Entry>;
  /** The image with crane. */
  readonly clientImage: string;
  /** The node that the registry is pinned to, which is there if it is; undefined for any. */
  readonly node?: string | undefined;
  /** The record by which the nodes find the registry; undefined where they need none. */
  readonly record?: pulumi.Input<DnsRecord> | undefined;
  /** What else leads to a new proof when it changes. */
  readonly reasons: readonly pulumi.Input<string>[];
}

const repository = "edge-registry/proof";
const app = "pull-proof";

/**
 * A trusted authority is no proof, a running pod is: a tiny image is pushed from inside the cluster, and each node
 * pulls it by each of the registry's names and runs it. It stays, so that a node that joins later proves itself too.
 */
export class PullProof extends pulumi.ComponentResource {
  constructor(name: string, args: PullProofArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:PullProof", name, {}, opts);
    const own = { parent: this, deleteBeforeReplace: true };
    const labels = labelsOf(app, args.stack);
    const unawaited = { "pulumi.com/skipAwait": "true" };
    const named = (objectName: pulumi.Input<string>) => ({
      name: objectName,
      namespace: args.namespace,
      labels,
    });
    const host = args.internalUrl.apply((url) => new URL(url).host);

    const revision = revisionOf([
      args.caCertificate,
      args.servers,
      // By their hashes: the mark is for all to read, and a given password might be guessed by a quick one of it.
      pulumi.all([args.push, args.pull]).apply((accounts) => accounts.map(({ name, hash }) => [name, hash])),
      args.clientImage,
      ...args.reasons,
    ]);
    const image = revision.apply(proofImage);
    const layout = new k8s.core.v1.ConfigMap(
      `${name}-image`,
      { metadata: named("pull-proof-image"), binaryData: image.apply(filesByKey) },
      own,
    );
    const access = new k8s.core.v1.Secret(
      `${name}-access`,
      {
        metadata: named("pull-proof-push"),
        stringData: {
          "config.json": pulumi
            .all([args.push, host])
            .apply(([{ name, password }, server]) => dockerConfig([server], { username: name, password })),
          "ca.crt": args.caCertificate,
        },
      },
      own,
    );
    const secret = new k8s.core.v1.Secret(
      `${name}-pull`,
      {
        metadata: named("pull-proof-pull"),
        type: "kubernetes.io/dockerconfigjson",
        stringData: {
          ".dockerconfigjson": pulumi
            .all([args.pull, args.servers])
            .apply(([{ name, password }, servers]) => dockerConfig(servers, { username: name, password })),
        },
      },
      own,
    );
    const job = new k8s.batch.v1.Job(
      `${name}-push`,
      {
        // A name for each proof: a Job cannot be changed, and the deletion of one that is not awaited is not either.
        metadata: { ...named(pulumi.interpolate`pull-proof-${revision}`), annotations: unawaited },
        spec: {
          // The most there can be: a Job that has given up would stay so, also after what stopped it is mended.
          backoffLimit: 2147483647,
          template: {
            metadata: { labels: { ...labels, app: "pull-proof-push" } },
            spec: {
              ...hardenedPod,
              restartPolicy: "OnFailure",
              ...(args.internalAddress !== undefined && {
                hostAliases: [
                  { ip: args.internalAddress, hostnames: [host.apply((name) => name.replace(/:\d+$/, ""))] },
                ],
              }),
              securityContext: unprivileged(clientUser),
              // Where the registry runs, it can be pushed from; and never on a node that is known to be dead.
              ...pinnedTo(args.node),
              containers: [
                {
                  name: "push",
                  image: args.clientImage,
                  command: ["/ko-app/crane"],
                  args: ["push", "/image", pulumi.interpolate`${host}/${repository}:${revision}`, "--index"],
                  env: [
                    { name: "DOCKER_CONFIG", value: "/access" },
                    { name: "SSL_CERT_FILE", value: "/access/ca.crt" },
                  ],
                  terminationMessagePolicy: "FallbackToLogsOnError",
                  securityContext: confined(),
                  resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
                  volumeMounts: [
                    { name: "image", mountPath: "/image", readOnly: true },
                    { name: "access", mountPath: "/access", readOnly: true },
                  ],
                },
              ],
              volumes: [
                { name: "image", configMap: { name: layout.metadata.name, items: image.apply(items) } },
                { name: "access", secret: { secretName: access.metadata.name, defaultMode: 0o440 } },
              ],
            },
          },
        },
      },
      own,
    );
    // A node that asks before the image is there waits ten seconds before it asks again.
    const pushed = new JobDone(
      `${name}-pushed`,
      {
        cluster: args.cluster,
        namespace: args.namespace,
        job: job.metadata.name,
        purpose: "the proof's image cannot be pushed from inside the cluster",
        patienceSeconds: 330, // the kubelet waits for up to 300 before it tries a failed pod again
      },
      { parent: this },
    );
    const pods = new k8s.apps.v1.DaemonSet(
      name,
      {
        metadata: { ...named(app), annotations: unawaited },
        spec: {
          selector: { matchLabels: { app } },
          updateStrategy: { rollingUpdate: { maxUnavailable: "100%" } },
          template: {
            metadata: { labels, annotations: { [revisionAnnotation]: revision } },
            spec: {
              ...hardenedPod,
              securityContext: unprivileged(clientUser),
              terminationGracePeriodSeconds: 1,
              tolerations: [{ operator: "Exists" }],
              nodeSelector: { "kubernetes.io/os": "linux" },
              imagePullSecrets: [{ name: secret.metadata.name }],
              containers: args.servers.map((server, index) => ({
                name: `proof-${index + 1}`,
                image: pulumi.interpolate`${server}/${repository}@${image.apply(({ digest }) => digest)}`,
                imagePullPolicy: "Always",
                securityContext: confined(),
                resources: { requests: { cpu: "1m", memory: "4Mi" }, limits: { memory: "16Mi" } },
                volumeMounts: [{ name: "access", mountPath: "/access", readOnly: true }],
              })),
              // Nothing reads it. But a kubelet that may not read a pull secret at once, as in the moment in which the
              // API server learns of the pod, pulls without one and waits ten seconds; for a volume it waits.
              volumes: [{ name: "access", secret: { secretName: secret.metadata.name, defaultMode: 0o400 } }],
            },
          },
        },
      },
      { ...own, dependsOn: [pushed] },
    );
    new Rollout(
      `${name}-rollout`,
      {
        cluster: args.cluster,
        namespace: args.namespace,
        daemonSet: pods.metadata.name,
        revision,
        purpose: "cannot pull from the registry",
        ...(args.record !== undefined && { record: args.record }),
        patienceSeconds: 180,
      },
      { parent: this, dependsOn: [pods] },
    );
    this.registerOutputs({});
  }
}

/** A user that owns nothing else. */
const clientUser = 65532;

/** A ConfigMap's keys know no folders. */
const keyOf = (path: string) => path.replaceAll("/", "_");

const filesByKey = ({ files }: OciLayout) =>
  Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => [keyOf(path), Buffer.from(bytes).toString("base64")]),
  );

const items = ({ files }: OciLayout) => Object.keys(files).map((path) => ({ key: keyOf(path), path }));
