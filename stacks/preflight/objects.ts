import { ApiRefusal, type ClusterClient } from "../../cluster/client.ts";
import {
  gatewayAuthority,
  kept,
  registryName,
  stackLabel,
  storeCertificate,
  storeKeys,
  storeName,
} from "../../render/names.ts";
import type { Settings } from "../settings.ts";

type Asked = Pick<Settings, "namespace" | "storage" | "expose" | "metrics" | "replicas">;

const leads = ({ expose }: Asked) => expose.kind === "ingress";
const measures = ({ metrics }: Asked) => metrics.enabled;
const scales = ({ replicas }: Asked) => replicas.most !== undefined;
/** With `storage.adopt` a claim that is there is the one to be used. */
const makesClaim = ({ storage }: Asked) => !storage.adopt;

/** What a stack makes in its namespace under a fixed name, by the API's path; and which stacks do, where not all. */
const objects: readonly (readonly [
  path: string,
  names: readonly string[],
  wanted?: (settings: Asked) => boolean,
])[] = [
  ["/apis/apps/v1/{ns}/deployments", [storeName, registryName]],
  ["/apis/apps/v1/{ns}/daemonsets", ["pull-proof"]],
  ["/api/v1/{ns}/services", [storeName, registryName, `${registryName}-metrics`]],
  ["/api/v1/{ns}/persistentvolumeclaims", [storeName], makesClaim],
  ["/api/v1/{ns}/configmaps", [kept, `${registryName}-metrics`]],
  [
    "/api/v1/{ns}/secrets",
    [
      storeKeys,
      storeCertificate,
      "registry-config",
      "registry-htpasswd",
      "pull-proof-pull",
      gatewayAuthority,
    ],
  ],
  ["/apis/networking.k8s.io/v1/{ns}/ingresses", [registryName]],
  ["/apis/networking.k8s.io/v1/{ns}/networkpolicies", [storeName, registryName]],
  ["/apis/policy/v1/{ns}/poddisruptionbudgets", [registryName]],
  ["/apis/autoscaling/v2/{ns}/horizontalpodautoscalers", [registryName], scales],
  ["/apis/traefik.io/v1alpha1/{ns}/ingressroutetcps", [registryName], leads],
  ["/apis/traefik.io/v1alpha1/{ns}/serverstransports", [registryName], leads],
  ["/apis/monitoring.coreos.com/v1/{ns}/servicemonitors", [`${registryName}-metrics`], measures],
  ["/apis/monitoring.coreos.com/v1/{ns}/prometheusrules", [`${registryName}-metrics`], measures],
];

/**
 * What others have in an existing namespace under a name that this stack would take: objects that exist are taken over,
 * so that a killed run can be repaired, and that must not be somebody else's.
 */
export async function foreignObjects(
  client: ClusterClient,
  settings: Asked,
  stack: string,
): Promise<readonly string[]> {
  const namespace = settings.namespace.name;
  const made = objects.filter(([, , wanted]) => wanted?.(settings) ?? true);
  const problems = made.map(async ([path, names]) => {
    const found = await client.list(path.replace("{ns}", `namespaces/${namespace}`)).catch(ofNoKind);
    const foreign = found.filter(
      ({ metadata }) => names.includes(metadata.name) && metadata.labels?.[stackLabel] !== stack,
    );
    const kind = path.split("/").at(-1);
    return foreign.map(
      ({ metadata }) =>
        `namespace.existing: ${namespace} has ${kind}/${metadata.name} already, and it is not this stack's: choose another namespace, or remove it`,
    );
  });
  return (await Promise.all(problems)).flat();
}

/** A cluster that does not have a kind has no object of it. */
function ofNoKind(error: unknown): readonly [] {
  if (error instanceof ApiRefusal && error.status === 404) return [];
  throw error;
}
