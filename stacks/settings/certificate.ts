import { readAuthority } from "./authority.ts";
import { type Brought, broughtFields, broughtOf } from "./brought.ts";
import { whole } from "./scalars.ts";
import { list, object } from "./structures.ts";

/** The server's certificate, and the authority that issues it. */
export interface CertificateSettings {
  /**
   * How long a server certificate is valid.
   * @default 825
   */
  readonly validityDays: number;
  /**
   * At which age the next `up` renews it.
   * @default half of `validityDays`
   */
  readonly renewAfterDays: number;
  /**
   * Which generation of this registry's own authority issues the server certificate.
   * @default 1
   */
  readonly generation: number;
  /**
   * Which generations the nodes trust: two of them while one takes over from the other.
   * @default the generation that issues
   */
  readonly trusts: readonly number[];
  /**
   * An authority shared by many sites, instead of one of this registry's own: both as PEM.
   * @default none
   */
  readonly authority?: { readonly certificate: string; readonly privateKey: string };
  /**
   * A certificate that somebody else issued, instead of one from here.
   * @default none
   */
  readonly brought?: Brought;
}

const generation = whole({ least: 1, most: 1_000_000, example: 1 });

export const readCertificate = object('{"validityDays": …, "authority": …} or {"secretName": …}', {
  // One day has no half, so a certificate of one would be renewed by each `up`.
  validityDays: whole({ least: 2, most: 825, example: 825, why: "many clients refuse longer ones" }),
  renewAfterDays: whole({ least: 1, most: 824, example: 412 }),
  generation,
  trusts: list("a list of one or two generations such as [1, 2]", generation, {
    least: 1,
    most: 2,
    unlike: Number,
  }),
  authority: readAuthority,
  ...broughtFields,
});

/** What was given, with the defaults. */
export function certificateOf(given: ReturnType<typeof readCertificate> = {}): CertificateSettings {
  const { validityDays = 825, generation: issuing = 1, authority } = given;
  const brought = broughtOf(given);
  return {
    validityDays,
    renewAfterDays: given.renewAfterDays ?? Math.floor(validityDays / 2),
    generation: issuing,
    trusts: given.trusts ?? [issuing],
    ...(authority !== undefined && { authority }),
    ...(brought !== undefined && { brought }),
  };
}
