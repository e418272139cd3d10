import type * as pulumi from "@pulumi/pulumi";

/** The namespace that all is made in; it also tells cluster-wide objects of several runs apart. */
export const space = process.env.E2E_NAMESPACE ?? "plugins-e2e";

/**
 * 1 makes the objects; 2 and 3 change each, once in place and once by replacement; `grouped`, `stuck` and `outdated` are
 * 3 and some more.
 */
export const step = process.env.STEP ?? "1";
const stage = Number(step) || 3;

/** What an object says at each step; from the third on what it said at the second where that is not given. */
export const at = <T>(first: T, second: T, third: T = second): T =>
  stage === 1 ? first : stage === 2 ? second : third;

/** Labels of a metadata that say nothing before this step. */
export const labelledAt = (from: 2 | 3) => (stage >= from ? { labels: { phase: `${from}` } } : {});

export const labels = { app: "web" };

/** A template of pods that are never to run. */
export const pods = (image: string, template: pulumi.Inputs = labels) => ({
  metadata: { labels: template },
  spec: { containers: [{ name: "main", image, resources: { limits: { cpu: "0.5" } } }] },
});
