import type * as pulumi from "@pulumi/pulumi";
import type { BucketAddress } from "../s3/client.ts";
import { deleteImages } from "../s3/images.ts";
import { disown, own, ownerOf } from "../s3/owner.ts";
import { writeTrouble } from "../s3/probe.ts";
import { changed } from "./handler.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs extends Omit<BucketAddress, "caCertificate"> {
  /** Empty for the public authorities. */
  readonly caCertificate: string;
  /** The stack's name in the cluster. */
  readonly stack: string;
  /** Whether the stack created the bucket. */
  readonly created: boolean;
  /** Whether the images stay when this goes. */
  readonly keep: boolean;
}

/**
 * A bucket outside the cluster that says whose images it holds, so that no other registry writes into it, and that was
 * tried out before the registry is made. Where its images are not kept and the bucket is the stack's own, they go with
 * this; a bucket that says otherwise is left alone.
 */
export class BucketOwner extends OwnResource {
  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("bucket-owner", name, inputs, opts);
  }
}

const addressOf = ({ caCertificate, ...address }: Inputs): BucketAddress =>
  caCertificate === "" ? address : { ...address, caCertificate };

export const provider: Provider<Inputs> = {
  async diff(olds, news) {
    const differ = changed({ ...olds }, { ...news });
    return { changes: differ.length > 0, replaces: differ.filter((key) => key === "bucket") };
  },
  async create(inputs) {
    const address = addressOf(inputs);
    const trouble = await writeTrouble(address);
    if (trouble !== undefined) throw new Error(trouble.sentence);
    await own(address, { stack: inputs.stack, created: inputs.created });
    return { id: inputs.bucket, outs: inputs };
  },
  async delete(_id, state) {
    if (state.keep || !state.created) return;
    const address = addressOf(state);
    const owner = await ownerOf(address);
    if (owner?.stack !== state.stack || !owner.created) return;
    await deleteImages(address);
    await disown(address);
  },
};
