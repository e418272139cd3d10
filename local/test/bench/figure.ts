/** Prints a figure: the median of its values, all of them, and its bar. */
export function figure(what: string, values: readonly number[], unit: string, bar: string): void {
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const all = values.map((value) => value.toFixed(1)).join(" ");
  console.log(
    `${what.padEnd(44)} ${median.toFixed(1).padStart(7)} ${unit.padEnd(4)} bar ${bar.padEnd(8)} (${all})`,
  );
}

/** The cluster that figures are taken on. */
export const cluster = "bench";

/** How often each is taken. */
export const rounds = 3;

/** Does something as often as figures are taken. */
export async function repeated<T>(signal: AbortSignal, work: () => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for (let round = 0; round < rounds; round += 1) {
    signal.throwIfAborted();
    results.push(await work());
  }
  return results;
}
