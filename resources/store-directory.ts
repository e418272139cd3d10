import { posix } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient, type KubeObject } from "../cluster/client.ts";
import { marker } from "../render/store-volume.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly cluster: ClusterAddress;
  readonly namespace: string;
  readonly node: string;
  /** The directory on the node. */
  readonly path: string;
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
    const client = new ClusterClient(inputs.cluster);
    const pods = `/api/v1/namespaces/${inputs.namespace}/pods`;
    await client.delete(`${pods}/${podName}?gracePeriodSeconds=0`); // of a run that was killed
    await client.create(pods, removal(inputs));
    try {
      await ended(client, `${pods}/${podName}`, inputs);
    } finally {
      await client.delete(`${pods}/${podName}?gracePeriodSeconds=0`);
    }
  },
};

async function ended(client: ClusterClient, path: string, inputs: Inputs): Promise<void> {
  const deadline = performance.now() + patienceSeconds * 1000;
  for (;;) {
    const phase = (await client.get<Pod>(path))?.status?.phase;
    if (phase === "Succeeded") return;
    if (phase === "Failed" || performance.now() > deadline) {
      const log = (await client.log(inputs.namespace, podName).catch(() => "")).trim();
      throw new Error(
        `the images in ${inputs.path} on node ${inputs.node} could not be removed (${log || phase}): remove them there with rm -r ${inputs.path}`,
      );
    }
    await sleep(300);
  }
}

/** Through its parent: a directory that is itself the mount could be emptied, not removed. */
function removal({ namespace, node, path, image }: Inputs): object {
  const name = posix.basename(path);
  const script = `[ ! -e '/parent/${name}' ] || { [ -e '/parent/${name}/${marker}' ] && rm -rf '/parent/${name}'; }`;
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
          command: ["sh", "-ec", script],
          securityContext: { runAsUser: 0, capabilities: { drop: ["ALL"], add: ["DAC_OVERRIDE", "FOWNER"] } },
          volumeMounts: [{ name: "parent", mountPath: "/parent" }],
        },
      ],
      volumes: [{ name: "parent", hostPath: { path: posix.dirname(path), type: "Directory" } }],
    },
  };
}
