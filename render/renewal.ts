const day = 24 * 60 * 60 * 1000;

/**
 * How many periods have passed since a certificate's authority began; the certificate is replaced when it grows. The
 * provider's own early renewal acts only where an `up` happens to run inside its window; this acts at the first `up`
 * after a period ends, whenever that is. A machine whose clock is behind the authority's start counts zero.
 */
export function periodAt(authorityFrom: Date, periodDays: number, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - authorityFrom.getTime()) / (periodDays * day)));
}

/** When a period begins. */
export function beginOf(authorityFrom: Date, periodDays: number, period: number): Date {
  return new Date(authorityFrom.getTime() + period * periodDays * day);
}
