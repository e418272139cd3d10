import { posix } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient, type KubeObject } from "../cluster/client.ts";
import { settled } from "../cluster/settled.ts";
import { stackLabel, storeName } from "../render/names.ts";
import { removeDirectory } from "../render/store-volume.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly cluster: ClusterAddress;
  readonly namespace: string;
  readonly node: string;
  /** The directory on the node. */
  readonly path: string;
  /** The stack whose images are in it. */
  readonly owner: string;
  /** An image with a shell. */
  readonly image: string;
  /** Whether the directory outlives this resource. */
  readonly keep: boolean;
}

interface Pod extends KubeObject {
  readonly status?: { readonly phase?: string };
}

/** A store's directory on a node. The store itself makes and marks it; here it is taken away, with all images. */
export class StoreDirectory extends OwnResource {
  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("store-directory", name, inputs, opts);
  }
}

const patienceSeconds = 60;
const podName = "store-directory-removal";

export const provider: Provider<Inputs> = {
  async create(inputs) {
    return { id: `${inputs.node}:${inputs.path}`, outs: inputs };
  },
  async delete(_id, inputs) {
    if (inputs.keep) return;
    const { namespace, node, path } = inputs;
    const client = new ClusterClient(inputs.cluster);
    if ((await client.get(`/api/v1/nodes/${node}`)) === undefined)
      return console.error(
        `${path} on node ${node} was not removed: the cluster has no such node any more; on that machine run: rm -r ${path}`,
      );
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    await noStoreIn(client, pods, inputs);
    await client.delete(`${pods}/${podName}?gracePeriodSeconds=0`); // of a run that was killed
    await client.create(pods, removal(inputs));
    try {
      const left = await ended(client, `${pods}/${podName}`, inputs);
      if (left) console.error(`${path} on node ${node} was left as it is: ${left}`);
    } finally {
      await client.delete(`${pods}/${podName}?gracePeriodSeconds=0`);
    }
  },
};

/** A store that still runs would write what was just removed. */
async function noStoreIn(client: ClusterClient, pods: string, { owner, path, node }: Inputs): Promise<void> {
  const selector = encodeURIComponent(`app=${storeName},${stackLabel}=${owner}`);
  const left = async () => {
    const stores = await client.list<Pod>(`${pods}?labelSelector=${selector}`);
    return stores.map(({ metadata }) => ({
      text: `the images in ${path} on node ${node} were not removed: the store's pod ${metadata.name} has not stopped within ${patienceSeconds} s; run this again when it has`,
      failed: false,
    }));
  };
  await settled(left, { patienceSeconds });
}

/** Waits for the removal; what it says is why it left something. */
async function ended(client: ClusterClient, path: string, inputs: Inputs): Promise<string> {
  let phase: string | undefined;
  const running = async () => {
    phase = (await client.get<Pod>(path))?.status?.phase;
    return phase === "Succeeded" || phase === "Failed" ? [] : [{ text: `${phase}`, failed: false }];
  };
  const late = await settled(running, { patienceSeconds }).then(
    () => undefined,
    (error: Error) => error.message,
  );
  const log = (await client.log(inputs.namespace, podName).catch(() => "")).trim();
  if (phase === "Succeeded") return log;
  throw new Error(
    `the images in ${inputs.path} on node ${inputs.node} could not be removed (${log || late || phase}): run this again, or remove them there with rm -r ${inputs.path}`,
  );
}

/** Through its parent: a directory that is itself the mount could be emptied, not removed. */
function removal({ namespace, node, path, owner, image }: Inputs): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: podName, namespace },
    spec: {
      nodeName: node,
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      tolerations: [{ operator: "Exists" }],
      containers: [
        {
          name: "removal",
          image,
          command: removeDirectory(`/parent/${posix.basename(path)}`, owner),
          securityContext: { runAsUser: 0, capabilities: { drop: ["ALL"], add: ["DAC_OVERRIDE", "FOWNER"] } },
          volumeMounts: [{ name: "parent", mountPath: "/parent" }],
        },
      ],
      // Made where it is missing: a store that never started left none, and a pod without one would never start.
      volumes: [{ name: "parent", hostPath: { path: posix.dirname(path), type: "DirectoryOrCreate" } }],
    },
  };
}
