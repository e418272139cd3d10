/** A certificate's place in a clock that starts with its authority and never runs backwards. */
export interface Renewal {
  /** How many periods have passed; a certificate is replaced when it grows. */
  readonly period: number;
  /** When it next grows. */
  readonly from: Date;
}

const day = 24 * 60 * 60 * 1000;

/**
 * The provider's own early renewal acts only where an `up` happens to run inside its window. This clock acts at the
 * first `up` after a period ends, whenever that is. A machine whose clock is behind the authority's start counts zero.
 */
export function renewal(authorityFrom: Date, periodDays: number, now: Date): Renewal {
  const length = periodDays * day;
  const period = Math.max(0, Math.floor((now.getTime() - authorityFrom.getTime()) / length));
  return { period, from: new Date(authorityFrom.getTime() + (period + 1) * length) };
}
