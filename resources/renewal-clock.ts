import type * as pulumi from "@pulumi/pulumi";
import { type Given, OwnResource, type Provider } from "./own-resource.ts";

interface Inputs {
  /** When the authority starts, as RFC 3339: with another one the count begins anew. */
  readonly authority: string;
  /** How long a period is. */
  readonly days: number;
  /** How many periods have passed by this machine's clock. */
  readonly period: number;
  /** The same by a clock that is as far ahead as two sound clocks may differ. */
  readonly latest: number;
}

/**
 * The period that a certificate was issued in. Each machine that runs the engine has a clock of its own: where one that
 * is a bit behind follows another, the period stays, and the certificate with it.
 */
export class RenewalClock extends OwnResource {
  /** The period that was reached: the state's, unless this run reaches a later one. */
  declare readonly period: pulumi.Output<number>;
  declare readonly days: pulumi.Output<number>;

  constructor(name: string, inputs: Given<Inputs>, opts: pulumi.CustomResourceOptions) {
    super("renewal-clock", name, { ...inputs }, opts);
  }
}

export const provider: Provider<Inputs> = {
  async diff(olds, news) {
    const replaces = (["authority", "days"] as const).filter((key) => olds[key] !== news[key]);
    // Still behind by the latest clock: the period was counted by one that was wrong, and would hold for years.
    const moves = news.period > olds.period || news.latest < olds.period;
    return { changes: moves || replaces.length > 0, replaces };
  },
  async create(inputs) {
    return { id: `${inputs.authority}/${inputs.days}`, outs: inputs };
  },
};
