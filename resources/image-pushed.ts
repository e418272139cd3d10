import type * as pulumi from "@pulumi/pulumi";
import { type ClusterAddress, ClusterClient } from "../cluster/client.ts";
import { isForbidden } from "../cluster/exec.ts";
import { pushImage, Refused } from "../cluster/push-image.ts";
import { readyPods } from "../cluster/ready-pods.ts";
import { settled, type Unsettled } from "../cluster/settled.ts";
import { tunnel } from "../cluster/tunnel.ts";
import { proofImage } from "../render/proof-image.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly cluster: ClusterAddress;
  readonly namespace: string;
  /** The label `app` of the pods with the gateway, its container, and the port that it listens on in there. */
  readonly app: string;
  readonly container: string;
  readonly port: number;
  /** By what name the gateway's certificate is checked, with a port; and by which authority, as PEM. */
  readonly host: string;
  readonly caCertificate: string;
  readonly user: string;
  readonly password: string;
  readonly repository: string;
  /** The image's label and its tag. */
  readonly revision: string;
  readonly patienceSeconds: number;
}

/**
 * The proof's image, pushed from inside the cluster: through the API server to a pod of the registry's, and there over TLS
 * to its gateway, as an account that may push. No pod has to be started for it, and no machine but the API server reached.
 */
export class ImagePushed extends OwnResource {
  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("image-pushed", name, inputs, { ...opts, additionalSecretOutputs: ["password"] });
  }
}

export const provider: Provider<Inputs> = {
  async diff(olds, news) {
    const keys = ["namespace", "repository", "revision"] as const;
    return { changes: keys.some((key) => olds[key] !== news[key]) };
  },
  async create(inputs) {
    const client = new ClusterClient(inputs.cluster);
    let attempts = 0;
    await settled(() => unpushed(client, inputs, attempts++), inputs);
    return { id: inputs.repository, outs: inputs };
  },
};

/** Tries it once, and says what is wrong; where there are several pods each has its turn. */
async function unpushed(
  client: ClusterClient,
  inputs: Inputs,
  attempt: number,
): Promise<readonly Unsettled[]> {
  const { namespace, app, container, port, revision } = inputs;
  const purpose = "the proof's image cannot be pushed from inside the cluster";
  const able = await readyPods(client, namespace, app);
  const chosen = able[attempt % able.length];
  if (chosen === undefined) return [{ text: `${purpose}: ${app} has no pod that is ready`, failed: false }];
  try {
    const target = { namespace, pod: chosen.metadata.name, container };
    await pushImage(proofImage(revision), { ...inputs, tag: revision }, await tunnel(client, target, port));
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : `${error}`;
    const refused = error instanceof Refused ? error.lasting : isForbidden(reason);
    return [{ text: `${purpose}: ${reason}`, failed: true, refused }];
  }
}
