import { blocksBelow } from "./documented.ts";

/**
 * What docs/ci.md has a job run, but for what cannot be here: the language host that is built for the tests starts no
 * policy packs, and the checkout has its packages.
 */
const scripts = (await blocksBelow("The steps", "ci.md")).map((script) =>
  script.replaceAll(" --policy-pack policy", "").replace(/^npm ci\n/, ""),
);

const [proposed, merged, nightly, takenAway] = scripts;
if (scripts.length !== 4 || !proposed || !merged || !nightly || !takenAway)
  throw new Error(`expected four scripts below "The steps" in docs/ci.md, got ${scripts.length}`);

export const pipeline = { proposed, merged, nightly, takenAway };
