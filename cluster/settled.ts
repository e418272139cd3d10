import { setTimeout as sleep } from "node:timers/promises";
import { ApiRefusal, Unreachable } from "./client.ts";

/** Something that is not as it should be yet. */
export interface Unsettled {
  readonly text: string;
  /** Whether it has failed and not merely begun: time alone seldom mends it. */
  readonly failed: boolean;
  /** Whether it has failed and hardly changes by itself. */
  readonly lasting?: boolean;
  /** Whether trying again would end the same, so that nobody has to wait. */
  readonly refused?: boolean;
}

/** How long to wait. */
export interface Patience {
  /** For what has begun: images may come over slow links. */
  readonly patienceSeconds: number;
  /**
   * For what has failed: it is tried again by itself a few times.
   * @default 30
   */
  readonly failedSeconds?: number;
  /**
   * For what lasts: until what else has begun is done, and a file that is just being written.
   * @default 10
   */
  readonly lastingSeconds?: number;
}

/**
 * Asks until nothing is unsettled; throws all that is once something is refused, or all has failed for long enough, or
 * patience is at its end.
 */
export async function settled(
  ask: () => Promise<readonly Unsettled[]>,
  { patienceSeconds, failedSeconds = 30, lastingSeconds = 10 }: Patience,
): Promise<void> {
  const since = performance.now();
  let moving = since;
  let changing = since;
  for (;;) {
    const left = await ask().catch(passing);
    if (left.length === 0) return;
    const now = performance.now();
    if (left.some(({ failed }) => !failed)) moving = now;
    if (left.some(({ lasting }) => !lasting)) changing = now;
    const late =
      now - moving > failedSeconds * 1000 ||
      now - changing > lastingSeconds * 1000 ||
      now - since > patienceSeconds * 1000;
    if (late || left.some(({ refused }) => refused)) throw new Error(left.map(({ text }) => text).join("\n"));
    await sleep(pauseMillis(now - since));
  }
}

/** Short while most waits end, longer for those of minutes. */
export const pauseMillis = (waitedMillis: number) => (waitedMillis < 10_000 ? 200 : 1000);

/** An API server that restarts, or has too much to do, answers soon; what it refuses, it refuses again. */
function passing(error: unknown): readonly Unsettled[] {
  const soon =
    error instanceof Unreachable ||
    (error instanceof ApiRefusal && (error.status >= 500 || error.status === 429));
  if (!soon) throw error;
  return [{ text: error.message, failed: false }];
}
