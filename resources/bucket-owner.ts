import { randomUUID } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import { contentsOf, makeBucket, removeBucket } from "../s3/bucket.ts";
import type { BucketAddress } from "../s3/client.ts";
import { deleteImages } from "../s3/images.ts";
import { Hindered } from "../s3/must.ts";
import { disown, type Owner, own, ownerOf } from "../s3/owner.ts";
import { writeTrouble } from "../s3/probe.ts";
import { changed } from "./handler.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

/** A bucket and the keys to it, as a resource is given them. */
export interface AddressInputs extends Omit<BucketAddress, "caCertificate"> {
  /** Empty for the public authorities. */
  readonly caCertificate: string;
}

interface Inputs extends AddressInputs {
  /** The stack's name in the cluster. */
  readonly stack: string;
  /** Whether the images stay when this goes, and the bucket. */
  readonly keep: boolean;
  /** Whether a bucket that is not there is created. */
  readonly create: boolean;
  /** Whether the bucket of another stack is taken over. */
  readonly adopt: boolean;
  /** Whether it was there before the stack came to it. */
  readonly existed: boolean;
}

interface State extends Inputs {
  /** Whether the stack created the bucket, and may delete it. */
  readonly created: boolean;
  readonly holder: string;
}

/**
 * A bucket outside the cluster: created where it is not there, made to say whose images it holds, so that no other
 * registry writes into it, and tried out before the registry is made. Where its images are not kept and the stack created
 * it, both go with this. A bucket that says otherwise is left alone, and so is whatever else is in it.
 */
export class BucketOwner extends OwnResource {
  declare readonly created: pulumi.Output<boolean>;

  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("bucket-owner", name, { ...inputs, created: undefined }, opts);
  }
}

/** The bucket as a client reaches it. */
export function addressOf(inputs: AddressInputs): BucketAddress {
  const { endpoint, region, bucket, accessKey, secretKey, pathStyle, caCertificate } = inputs;
  const address = { endpoint, region, bucket, accessKey, secretKey, pathStyle };
  return caCertificate === "" ? address : { ...address, caCertificate };
}

export const provider: Provider<Inputs, State> = {
  /** A bucket that was lost, or its mark, is looked for also where nothing was asked for. */
  async diff(olds, news) {
    const differ = changed({ ...olds }, { ...news }).filter((key) => !onlyAtFirst.includes(key));
    return {
      changes: differ.length > 0 || (await lost(news, olds)),
      replaces: differ.filter((key) => ["bucket", "endpoint"].includes(key)),
    };
  },
  async create(inputs) {
    const outs = await taken(inputs, { holder: randomUUID(), ours: !inputs.existed });
    return { id: inputs.bucket, outs };
  },
  async update(_id, { holder, created }, news) {
    if ((await saidBy(addressOf(news))) === "absent")
      console.error(
        `bucket: ${news.bucket} at ${news.endpoint} is gone with its images: an empty one is made`,
      );
    return await taken(news, { holder, ours: created });
  },
  async delete(_id, state) {
    const address = addressOf(state);
    if (state.keep || !(await mayDelete(address, state))) return;
    await deleteImages(address);
    await disown(address);
    if (await removeBucket(address)) return;
    console.error(
      `bucket: ${state.bucket} at ${state.endpoint} holds more than the registry's images, and stays with that`,
    );
  },
};

/** What says what to do with a bucket, and nothing of one that is there. */
const onlyAtFirst: readonly string[] = ["create", "adopt", "existed"];

/** Whether the bucket does not say any more that it is this resource's; one that cannot be asked is as it was. */
async function lost(news: Inputs, { holder }: State): Promise<boolean> {
  try {
    const said = await saidBy(addressOf(news));
    return typeof said === "string" || said.stack !== news.stack || said.holder !== holder;
  } catch (error) {
    if (error instanceof Hindered) return false;
    throw error;
  }
}

/** What the bucket says; a bucket that says nothing is `unmarked`. */
async function saidBy(address: BucketAddress): Promise<Owner | "unmarked" | "absent"> {
  try {
    return (await ownerOf(address)) ?? "unmarked";
  } catch (error) {
    if (error instanceof Hindered && error.trouble.kind === "no bucket") return "absent";
    throw error;
  }
}

/** Creates the bucket where it has to be, marks it, and tries it out. */
async function taken(
  inputs: Inputs,
  { holder, ours }: { readonly holder: string; readonly ours: boolean },
): Promise<State> {
  const address = addressOf(inputs);
  const created = await ownBucket(address, inputs, ours);
  // Marked before it is tried out: where that fails, the next run knows whose it is.
  await own(address, { stack: inputs.stack, created, holder });
  const trouble = await writeTrouble(address);
  if (trouble !== undefined) throw new Error(trouble.sentence);
  return { ...inputs, created, holder };
}

/** Sees to it that there is a bucket for the stack; true where the stack created it, now or before. */
async function ownBucket(
  address: BucketAddress,
  { stack, create, adopt }: Inputs,
  ours: boolean,
): Promise<boolean> {
  const said = await saidBy(address);
  if (said === "absent") {
    if (!create) await ownerOf(address); // says what is to be done
    await makeBucket(address);
    return true;
  }
  // One that this stack was about to create when it was killed; with anything of others in it, it is not.
  if (said === "unmarked") return ours && (await contentsOf(address)) !== "others";
  if (said.stack !== stack && !adopt)
    throw new Error(`bucket: ${address.bucket} at ${address.endpoint} has the images of stack ${said.stack}`);
  return said.stack === stack && said.created;
}

/**
 * Whether the bucket is this resource's to delete. One that was reached by another URL meanwhile is another resource's,
 * and one whose deletion was cut short has no mark any more, and nothing else.
 */
async function mayDelete(address: BucketAddress, { stack, created, holder }: State): Promise<boolean> {
  const said = await saidBy(address);
  if (said === "absent") return false;
  if (said === "unmarked") return created && (await contentsOf(address)) === "nothing";
  return said.stack === stack && said.created && said.holder === holder;
}
