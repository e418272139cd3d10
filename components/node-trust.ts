import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterAddress } from "../cluster/client.ts";
import { hostMounts } from "../render/host-mounts.ts";
import { labelsOf, nodeTrustName, revisionAnnotation } from "../render/names.ts";
import { certificatesIn } from "../render/pem.ts";
import { revisionOf } from "../render/revision.ts";
import { trustFiles } from "../render/trust-files.ts";
import { Departure } from "../resources/departure.ts";
import { Rollout } from "../resources/rollout.ts";

/** What each node is made to trust. */
export interface NodeTrustArgs {
  /** A namespace that may run what is privileged. */
  readonly namespace: pulumi.Input<string>;
  /** The stack's name in the cluster: it marks what is ours on a node. */
  readonly stack: string;
  readonly cluster: ClusterAddress;
  /** What tells the cluster from any other; undefined where a preview could not ask. */
  readonly clusterId?: string | undefined;
  /** The image with busybox. */
  readonly image: string;
  /** The registry's names with their port. */
  readonly registries: readonly pulumi.Input<string>[];
  /** The address and the name that the hosts file gets; undefined for none. */
  readonly hosts?: { readonly address: pulumi.Input<string>; readonly name: string } | undefined;
  /** The authority's certificates, of one or two generations. */
  readonly bundle: pulumi.Input<string>;
  /**
   * Whether what somebody else put in its place is taken over.
   * @default false
   */
  readonly adopt?: boolean;
  /** The folders of the host in which runtimes look for certificates, and the hosts file lies. */
  readonly hostFolders: readonly string[];
  /** Where images lie, made before nodes are waited for: one that does not trust ends an `up`, and others want to pull. */
  readonly store?: pulumi.Resource | undefined;
}

const app = nodeTrustName;

/** A probe that costs a node little: a shell that starts nothing. */
const tells = (test: string) => ({ exec: { command: ["sh", "-c", test] }, timeoutSeconds: 10 });
const nodeTrusts = 'read -r why </state/reason && [ -z "$why" ]';

/** One word of a shell's, whatever is in it. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * The agent on every node, which puts the authority where the node's runtime reads it without a restart, and the
 * registry's name into the hosts file. It runs as root with folders of the host, because that is its task; it has no
 * network of its own, no token and no secret. It leaves a node only by a destroy, through its Departure.
 */
export class NodeTrust extends pulumi.ComponentResource {
  /** Is known once each node that can be asked trusts. */
  readonly everywhere: pulumi.Output<string>;
  /** The ids of what it makes in the cluster, known before anything is waited for. */
  readonly objects: pulumi.Output<readonly string[]>;
  /** What shows whether each node trusts, run in the project's folder. */
  readonly statusCommand: pulumi.Output<string>;

  constructor(name: string, args: NodeTrustArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:NodeTrust", name, {}, opts);
    const own = { parent: this, deleteBeforeReplace: true };
    const labels = labelsOf(app, args.stack);
    const named = { name: app, namespace: args.namespace, labels };
    const files = pulumi
      .all([args.bundle, args.registries, args.hosts])
      .apply(([bundle, registries, hosts]) =>
        trustFiles({
          owner: args.stack,
          registries,
          hosts,
          adopt: args.adopt,
          bundle,
          // Of the newest: the servers show what it issues once it is everywhere.
          notBefore: new Date(Math.max(...certificatesIn(bundle).map(({ validFromDate }) => +validFromDate))),
        }),
      );
    const { volumes, mounts } = hostMounts(args.hostFolders);
    const revision = revisionOf([files, args.image, args.hostFolders.join()]);
    const config = new k8s.core.v1.ConfigMap(`${name}-files`, { metadata: named, data: files }, own);
    const agent = new k8s.apps.v1.DaemonSet(
      name,
      {
        // Not awaited here: its Rollout names the nodes that do not trust, and does not wait for dead ones.
        metadata: { ...named, annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          selector: { matchLabels: { app } },
          updateStrategy: { rollingUpdate: { maxUnavailable: "100%" } },
          template: {
            metadata: { labels, annotations: { [revisionAnnotation]: revision } },
            spec: {
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              hostNetwork: true, // runs also where the pod network does not, or not yet
              priorityClassName: "system-node-critical",
              nodeSelector: { "kubernetes.io/os": "linux" },
              tolerations: [{ operator: "Exists" }],
              terminationGracePeriodSeconds: 5,
              containers: [
                {
                  name: "agent",
                  image: args.image,
                  command: ["sh", "/trust/trust.sh", "run"],
                  // Once a first pass is over, Ready is a node that trusts.
                  startupProbe: { ...tells("[ -e /state/reason ]"), periodSeconds: 1, failureThreshold: 300 },
                  // The kubelet's first look may come before it knows that the start is over, its next one a period later.
                  readinessProbe: { ...tells(nodeTrusts), periodSeconds: 60, failureThreshold: 1 },
                  securityContext: {
                    runAsUser: 0,
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"], add: ["DAC_OVERRIDE"] },
                    // Where SELinux enforces, no other type may write into the host's folders.
                    seLinuxOptions: { type: "spc_t" },
                    seccompProfile: { type: "RuntimeDefault" },
                  },
                  resources: { requests: { cpu: "5m", memory: "8Mi" }, limits: { memory: "32Mi" } },
                  volumeMounts: [
                    { name: "trust", mountPath: "/trust", readOnly: true },
                    { name: "state", mountPath: "/state" },
                    ...mounts,
                  ],
                },
              ],
              volumes: [
                { name: "trust", configMap: { name: config.metadata.name } },
                // In memory: a disk that is full stops nothing here.
                { name: "state", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
                ...volumes,
              ],
            },
          },
        },
      },
      own,
    );
    const rollout = new Rollout(
      `${name}-rollout`,
      {
        cluster: args.cluster,
        namespace: args.namespace,
        daemonSet: agent.metadata.name,
        revision,
        question: {
          container: "agent",
          command: ["sh", "/trust/trust.sh", "status", "{runtime}"],
          answer: "trusts",
          lastingCode: 3,
        },
        purpose: "does not trust the registry",
        patienceSeconds: 180,
      },
      { parent: this, dependsOn: [agent, ...(args.store ? [args.store] : [])] },
    );
    new Departure(
      `${name}-departure`,
      {
        cluster: args.cluster,
        namespace: args.namespace,
        ...(args.clusterId === undefined ? {} : { uid: args.clusterId }),
        daemonSet: agent.metadata.name,
        container: "agent",
        command: ["sh", "/trust/trust.sh", "leave"],
        owner: args.stack,
      },
      // Not after the rollout: where that fails, a destroy has nodes to clean all the same.
      { parent: this, dependsOn: [agent] },
    );
    this.objects = pulumi.all([config.id, agent.id]);
    this.everywhere = rollout.id;
    this.statusCommand = pulumi.output(args.namespace).apply((namespace) => {
      const options = Object.entries({ namespace, ...args.cluster });
      return ["node commands/nodes.ts", ...options.map(([key, value]) => `--${key} ${quoted(value)}`)].join(
        " ",
      );
    });
    this.registerOutputs({ statusCommand: this.statusCommand });
  }
}
