import type * as pulumi from "@pulumi/pulumi";
import { trouble } from "../s3/must.ts";
import { ownerOf } from "../s3/owner.ts";
import { type AddressInputs, addressOf } from "./bucket-owner.ts";
import { changed } from "./handler.ts";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface State extends AddressInputs {
  readonly existed: boolean;
}

/**
 * Whether a bucket was there before the stack came to it. The state knows that before the bucket is made: where a run is
 * killed right after that, with no mark in the bucket yet, the next one still knows whose it is.
 */
export class BucketOrigin extends OwnResource {
  declare readonly existed: pulumi.Output<boolean>;

  constructor(name: string, inputs: Given<AddressInputs>, opts: pulumi.CustomResourceOptions) {
    super("bucket-origin", name, { ...inputs, existed: undefined }, opts);
  }
}

export const provider: Provider<AddressInputs, State> = {
  async diff(olds, news) {
    const differ = changed({ ...olds }, { ...news });
    return {
      changes: differ.length > 0,
      replaces: differ.filter((key) => ["bucket", "endpoint"].includes(key)),
    };
  },
  async create(inputs) {
    const why = await trouble(async () => void (await ownerOf(addressOf(inputs))));
    if (why !== undefined && why.kind !== "no bucket") throw new Error(why.sentence);
    return { id: inputs.bucket, outs: { ...inputs, existed: why === undefined } };
  },
  async update(_id, { existed }, news) {
    return { ...news, existed };
  },
};
