import type { Problems } from "./problems.ts";

/** Where a value stands in the settings, and what reading it may need to know. */
export interface Place {
  readonly key: string;
  readonly problems: Problems;
  readonly now: Date;
}

/** Understands a value, or reports what is wrong with it and gives nothing. */
export interface Reader<T> {
  (value: unknown, at: Place): T | undefined;
  /** The keys inside, of a reader of objects. */
  readonly fields?: Fields;
}

export type Fields = Readonly<Record<string, Reader<unknown>>>;
type Meant<R> = R extends Reader<infer T> ? T : never;

/** What was given of an object's fields; those in `Needed` were, or the object was refused. */
export type Given<F extends Fields, Needed extends keyof F = never> = {
  readonly [K in Exclude<keyof F, Needed>]?: Meant<F[K]>;
} & { readonly [K in Needed]: Meant<F[K]> };
