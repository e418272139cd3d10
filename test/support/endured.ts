import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Course, Load } from "./load.ts";
import type { Outcomes, Probe } from "./probe.ts";

/** How long a push or a pull may take: one of many requests, it may live through several outages. */
export const timeoutSeconds = 180;
/** How long one request may. */
export const answerSeconds = 60;

/** What the registry itself, or the network, says of a fault that will pass. */
const clear = [
  /UNAVAILABLE: the registry (is starting, or its store does not answer or is full: try again|cannot use its store now)/,
  // The same, where there is no room for the sentence.
  /(502 Bad Gateway|503 Service Unavailable|504 Gateway Timeout) \(HEAD responses have no body/,
  /connection refused/,
  /connection reset by peer/,
  /\bEOF\b/, // the connection ended in the middle of an answer
  /undersized layer\[\d+\] content/, // crane's words for that in the middle of a layer
  /no route to host/,
];
const clearOutcomes = [
  ...["200", "502 UNAVAILABLE", "503 UNAVAILABLE", "504 UNAVAILABLE"],
  ...["ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH"],
];

/** What a fault looked like from outside. */
export interface Endured extends Course {
  /** What the probe, which never asks twice, was answered. */
  readonly outcomes: Outcomes;
}

/** Lets a fault happen, waits until clients work again, and judges what they were told. */
export async function endure(
  t: TestContext,
  { load, probe }: { readonly load: Load; readonly probe: Probe },
  fault: () => Promise<void>,
  patienceSeconds: () => number,
): Promise<Endured> {
  probe.take();
  load.take();
  await fault();
  const recovered = await load.works(patienceSeconds()).catch((error) => {
    throw new Error(`${error.message}\nuntil then: ${JSON.stringify([load.take(), probe.take()])}`);
  });
  const [course, outcomes] = [load.take(), probe.take()];
  const { done, troubles, repeated, longestSeconds } = course;
  t.diagnostic(
    `${done.push} pushes and ${done.pull} pulls went well, ${repeated} done again, ${troubles.length} failed; works ` +
      `again after ${recovered.toFixed(1)} s; longest ${longestSeconds.toFixed(1)} s; without retries: ${JSON.stringify(outcomes)}`,
  );
  const unclear = troubles.filter((trouble) => !clear.some((pattern) => pattern.test(trouble)));
  assert.equal(unclear.length, 0, `clients were told what nobody understands:\n${unclear.join("\n")}`);
  const odd = Object.keys(outcomes).filter((outcome) => !clearOutcomes.includes(outcome));
  assert.deepEqual(odd, []);
  return { ...course, outcomes };
}
