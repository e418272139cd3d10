import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../cluster/client.ts";
import { dockerConfig } from "../render/docker-config.ts";
import { confined, hardenedPod, unprivileged } from "../render/hardening.ts";
import { labelsOf, registryName, revisionAnnotation } from "../render/names.ts";
import { proofImage } from "../render/proof-image.ts";
import { revisionOf } from "../render/revision.ts";
import { ImagePushed } from "../resources/image-pushed.ts";
import { type DnsRecord, Rollout } from "../resources/rollout.ts";
import type { Credential, Entry } from "./accounts.ts";
import { gatewayPort } from "./registry-pod.ts";

/** What is proven. */
export interface PullProofArgs {
  readonly namespace: pulumi.Input<string>;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly cluster: ClusterAddress;
  /** The registry's names, as images carry them: each is pulled by on each node. */
  readonly servers: readonly pulumi.Input<string>[];
  /** By what the registry's certificate is checked as the image is pushed: a name that it is for, with a port. */
  readonly host: pulumi.Input<string>;
  readonly caCertificate: pulumi.Input<string>;
  readonly push: pulumi.Input<Credential & Entry>;
  readonly pull: pulumi.Input<Credential & Entry>;
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

    const revision = revisionOf([
      proofImage("").digest, // as this version of the program makes it
      args.caCertificate,
      args.servers,
      // By their hashes: the mark is for all to read, and a given password might be guessed by a quick one of it.
      pulumi.all([args.push, args.pull]).apply((accounts) => accounts.map(({ name, hash }) => [name, hash])),
      ...args.reasons,
    ]);
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
    // A node that asks before the image is there waits ten seconds before it asks again.
    const pushed = new ImagePushed(
      `${name}-pushed`,
      {
        cluster: args.cluster,
        namespace: args.namespace,
        app: registryName,
        container: "gateway",
        port: gatewayPort,
        host: args.host,
        caCertificate: args.caCertificate,
        user: pulumi.output(args.push).apply(({ name }) => name),
        password: pulumi.secret(pulumi.output(args.push).apply(({ password }) => password)),
        repository,
        revision,
        patienceSeconds: 180,
      },
      { parent: this },
    );
    const digest = revision.apply((label) => proofImage(label).digest);
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
              securityContext: unprivileged(proofUser),
              terminationGracePeriodSeconds: 1,
              tolerations: [{ operator: "Exists" }],
              nodeSelector: { "kubernetes.io/os": "linux" },
              imagePullSecrets: [{ name: secret.metadata.name }],
              containers: args.servers.map((server, index) => ({
                name: `proof-${index + 1}`,
                image: pulumi.interpolate`${server}/${repository}@${digest}`,
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
const proofUser = 65532;
