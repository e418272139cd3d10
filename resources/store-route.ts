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
  /** What is to hold the images; the state of an older version does not say. */
  readonly bucket?: string;
}

const patienceSeconds = 60;

/**
 * Proof that the machine that runs the engine reaches the store, and that what answers is the store. A bucket that it
 * comes to is refused while people without a key may use it. Its id is `host:port`, and so unknown until it was reached
 * there once: previews do not look for a bucket before.
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
    await reached(inputs);
    await refuseOpen(inputs);
    return { id: addressOf(inputs), outs: inputs };
  },
  async update(_id, olds, news) {
    await reached(news);
    if (olds.bucket !== undefined && olds.bucket !== news.bucket) await refuseOpen(news);
    return news;
  },
};

const addressOf = ({ host, port }: Inputs) => hostPort(host, port);

async function refuseOpen(inputs: Inputs): Promise<void> {
  const { bucket = "", caCertificate } = inputs;
  const endpoint = `https://${addressOf(inputs)}`;
  if (await isOpenToAnybody({ endpoint, bucket, pathStyle: true, caCertificate }))
    throw new Error(`bucket: ${makePrivate(bucket)}; then run pulumi up again`);
}

async function reached(inputs: Inputs): Promise<void> {
  const address = addressOf(inputs);
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
