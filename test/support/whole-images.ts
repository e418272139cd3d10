import assert from "node:assert/strict";
import { join } from "node:path";
import type { Person } from "./site.ts";

/** The digest that each reference leads to. */
export async function digestsOf(
  { crane }: Person,
  references: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const asked = references.map(
    async (one) => [one, await crane.run("regPuller", "digest", crane.image(one))] as const,
  );
  return new Map(await Promise.all(asked));
}

/** Each reference leads to the digest it did, and all below that is there: its bytes are pulled and hashed. */
export async function assertWhole(person: Person, digests: ReadonlyMap<string, string>): Promise<void> {
  const { crane, directory } = person;
  assert.deepEqual(await digestsOf(person, [...digests.keys()]), digests);
  const pulled = [...digests].map(async ([reference, digest]) => {
    const image = crane.image(reference.replace(/[:@].*/, `@${digest}`));
    const manifest = JSON.parse(await crane.run("regPuller", "manifest", image));
    // It validates compressed layers only, and the index here has others; what is pulled is hashed as well.
    const whole = manifest.manifests
      ? ["pull", "--format=oci", image, join(directory, digest)]
      : ["validate", "--remote", image];
    await crane.run("regPuller", ...whole);
  });
  await Promise.all(pulled);
}
