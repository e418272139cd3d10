import { plainConfigs, plainIngress, plainMeasures, plainProbes, plainRoute } from "./encrypted.ts";
import { notHardened, onTheNode } from "./hardened.ts";
import { inTheMap, inThePod, inTheTexts } from "./plain-secrets.ts";
import { type Pod, podOf } from "./pods.ts";

/** A rule that objects keep to. */
export interface Rule {
  readonly name: string;
  /** In words that follow "every". */
  readonly description: string;
  /** What is wrong with an object that the engine is asked for, a sentence each. */
  readonly check: (type: string, object: object) => readonly string[];
}

/** All rules; none of them asks anything beside the object. */
export const rules: readonly Rule[] = [
  {
    name: "hardened-pods",
    description:
      "Pods run without rights: no root, no token, nothing writable, no capability without an excuse",
    check: ofPods(notHardened),
  },
  {
    name: "node-access",
    description: "Privileged pods, and the node's network, processes and folders, are for node-trust alone",
    check: ofPods(onTheNode),
  },
  {
    name: "pinned-images",
    description: "Images have a tag other than latest, or a digest",
    check: ofPods(unpinned),
  },
  {
    name: "limits",
    description: "Containers ask for processors and memory, and have a limit of memory",
    check: ofPods(unbounded),
  },
  {
    name: "no-plain-secrets",
    description: "Secrets are in Secrets only: in no ConfigMap, variable, command or annotation",
    check(type, object) {
      const { metadata, data } = object as Metadata & { data?: Record<string, unknown> };
      const annotations = type.startsWith("kubernetes:") ? inTheTexts(metadata?.annotations) : [];
      if (type !== "kubernetes:core/v1:ConfigMap") return [...annotations, ...ofPods(inThePod)(type, object)];
      return [...annotations, ...inTheMap(data)];
    },
  },
  { name: "tls", description: "What goes over the wire is encrypted", check: plain },
  {
    name: "excused-namespaces",
    description: "Namespaces that admit more than restricted pods say why",
    check(type, object) {
      if (type !== "kubernetes:core/v1:Namespace") return [];
      const { labels = {}, annotations = {} } = (object as Metadata).metadata ?? {};
      const level = labels["pod-security.kubernetes.io/enforce"];
      if (level === "restricted" || annotations["edge-registry/privileged-because"]) return [];
      return [`it enforces ${level ?? "nothing"} and does not say why in edge-registry/privileged-because`];
    },
  },
];

interface Metadata {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** A rule for pods as one for what starts them. */
function ofPods(check: (pod: Pod) => readonly string[]): Rule["check"] {
  return (type, object) => {
    const pod = podOf(type, object);
    return pod === undefined ? [] : check(pod);
  };
}

function unpinned({ containers }: Pod): readonly string[] {
  return containers.flatMap(({ name, image }) => {
    if (image === undefined || /@sha256:[0-9a-f]{64}$/.test(image)) return [];
    const tag = /:([\w.-]+)$/.exec(image)?.[1];
    if (tag !== undefined && tag !== "latest") return [];
    return [`container ${name}: ${image} needs a tag other than latest, or a digest`];
  });
}

function unbounded({ containers }: Pod): readonly string[] {
  return containers.flatMap(({ name, resources }) => {
    const lacking = [
      resources?.limits?.memory === undefined && "a limit of memory",
      resources?.requests?.memory === undefined && "a request of memory",
      resources?.requests?.cpu === undefined && "a request of processors",
    ];
    return lacking.filter((one) => one !== false).map((one) => `container ${name} needs ${one}`);
  });
}

function plain(type: string, object: object): readonly string[] {
  const kinds: Readonly<Record<string, (object: object) => readonly string[]>> = {
    "kubernetes:core/v1:Secret": plainConfigs,
    "kubernetes:networking.k8s.io/v1:Ingress": plainIngress,
    "kubernetes:traefik.io/v1alpha1:IngressRouteTCP": plainRoute,
    "kubernetes:monitoring.coreos.com/v1:ServiceMonitor": plainMeasures,
    "pulumi:providers:minio": ({ minioSsl }: { minioSsl?: unknown }) =>
      `${minioSsl}` === "true" ? [] : ["the engine speaks to the store without TLS"],
  };
  return kinds[type]?.(object) ?? ofPods(plainProbes)(type, object);
}
