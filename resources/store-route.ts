import { request } from "node:https";
import type * as pulumi from "@pulumi/pulumi";
import { settled } from "../cluster/settled.ts";
import { hostPort } from "../render/names.ts";
import { isOpenToAnybody, makePrivate } from "../s3/anybody.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  readonly host: string;
  readonly port: number;
  readonly caCertificate: string;
  /** Answers 200 without credentials. */
  readonly health: string;
  /** What has to be private, where it is there already. */
  readonly bucket: string;
}

const patienceSeconds = 60;

/**
 * Proof that the machine that runs the engine reaches the store, that what answers is the store, and that it has no bucket
 * yet, or one that is private. Its id is `host:port`, and so unknown until it was reached there once: previews do not look
 * for a bucket before.
 */
export class StoreRoute extends OwnResource {
  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("store-route", name, inputs, opts);
  }
}

export const provider: Provider<Inputs> = {
  async diff(olds, news) {
    const differ = (...keys: readonly (keyof Inputs)[]) => keys.filter((key) => olds[key] !== news[key]);
    const replaces = differ("host", "port");
    return { changes: differ("host", "port", "caCertificate", "health", "bucket").length > 0, replaces };
  },
  async create(inputs) {
    const address = hostPort(inputs.host, inputs.port);
    await reached(inputs, address);
    const { bucket, caCertificate } = inputs;
    if (await isOpenToAnybody({ endpoint: `https://${address}`, bucket, pathStyle: true, caCertificate }))
      throw new Error(`bucket: ${makePrivate(bucket)}; then run pulumi up again`);
    return { id: address, outs: inputs };
  },
};

async function reached(inputs: Inputs, address: string): Promise<void> {
  const unanswered = async () => {
    const problem = await answer(inputs).catch((error: Error) => error.message);
    if (problem === undefined) return [];
    const text = `the object store does not answer at ${address} from this machine (${problem}): open that port, or set edge-registry:storage.reachAt to an address that leads to it`;
    return [{ text, failed: false }];
  };
  await settled(unanswered, { patienceSeconds });
}

/** What is wrong with the answer, if anything. */
function answer({ host, port, caCertificate, health }: Inputs): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { host, port, path: health, ca: caCertificate, timeout: 3000, agent: false as const };
    const sent = request(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? undefined : `it answers ${response.statusCode}`);
    });
    sent.on("error", reject).on("timeout", () => sent.destroy(new Error("no answer within 3 s")));
    sent.end();
  });
}
