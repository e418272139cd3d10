import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient } from "../cluster/client.ts";
import { exec } from "../cluster/exec.ts";
import { readyPods } from "../cluster/ready-pods.ts";
import type { Pod } from "../cluster/rollout-state.ts";
import { settled, type Unsettled } from "../cluster/settled.ts";
import { servedAnnotation } from "../render/names.ts";
import { answerOf, askGateway } from "../render/processes.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly cluster: ClusterAddress;
  readonly namespace: string;
  /** The Deployment's name, and its pods' label `app`. */
  readonly app: string;
  readonly container: string;
  /** Where the gateway notes what it runs with. */
  readonly folder: string;
  /** The SHA-256 of the text that it shall run with, in hex. */
  readonly digest: string;
  /** Whose certificate it shows then, as PEM: noted at the Deployment, for who has to know whom clients must trust. */
  readonly authority: string;
  readonly patienceSeconds: number;
}

/**
 * Waits until the gateway of each pod runs with the text that its Secret has. The kubelet brings a new text within a
 * minute or two; a change of the pod's own annotations makes it look at once.
 */
export class GatewayServes extends OwnResource {
  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("gateway-serves", name, inputs, opts);
  }
}

export const provider: Provider<Inputs> = {
  async diff(olds, news) {
    const keys = ["namespace", "digest", "authority"] as const;
    return { changes: keys.some((key) => olds[key] !== news[key]) };
  },
  async create(inputs) {
    const { namespace, app, authority } = inputs;
    const client = new ClusterClient(inputs.cluster);
    await settled(() => laggards(client, inputs), inputs);
    await client.annotate(`/apis/apps/v1/namespaces/${namespace}/deployments/${app}`, {
      [servedAnnotation]: authority,
    });
    return { id: `${namespace}/${app}`, outs: inputs };
  },
};

async function laggards(client: ClusterClient, inputs: Inputs): Promise<readonly Unsettled[]> {
  const { namespace, app } = inputs;
  const asked = await readyPods(client, namespace, app);
  if (asked.length === 0) return [{ text: `${app} has no pod that is ready`, failed: false }];
  return (await Promise.all(asked.map((pod) => laggard(client, inputs, pod)))).flat();
}

async function laggard(
  client: ClusterClient,
  { namespace, container, folder, digest }: Inputs,
  { metadata: { name: pod, annotations } }: Pod,
): Promise<readonly Unsettled[]> {
  const target = { namespace, pod, container };
  const said = await exec(client, target, askGateway(folder), 10).catch((error: Error) => error);
  if (said instanceof Error) return [{ text: `${pod} cannot be asked: ${said.message}`, failed: false }];
  const { serves, refused } = answerOf(said.stdout, digest);
  if (serves) return [];
  if (refused) {
    const command = `kubectl logs -n ${namespace} ${pod} -c ${container}`;
    return [{ text: `${pod} does not take its new configuration: ${command} says why`, failed: true }];
  }
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}`;
  const last = Date.parse(annotations?.[lookedAnnotation] ?? "");
  // What the kubelet knows of a Secret may be a moment older than the Secret. By a clock that was wrong, last is to come.
  if (!(Math.abs(Date.now() - last) < 2000))
    await client.annotate(path, { [lookedAnnotation]: new Date().toISOString() });
  return [{ text: `${pod} does not run with its new configuration yet`, failed: false }];
}

/** When the kubelet was last made to look. */
const lookedAnnotation = "edge-registry/looked";
