/**
 * Does the same for many, so many of them at a time: one that takes long holds up one place, and not those beside it.
 * The results are in the order of what was given.
 */
export async function inTurns<T, R>(
  all: readonly T[],
  most: number,
  work: (one: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = all.entries();
  const place = async () => {
    for (const [at, one] of queue) results[at] = await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(most, all.length) }, place));
  return results;
}

/**
 * How many nodes are asked at a time. A thousand at once would wait for each other, in the API server and here, until
 * those that answer well were taken for silent.
 */
export const nodesAtOnce = 50;
