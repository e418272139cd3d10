/** Versions in the words of those that print them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { atLeast, versionIn } from "../../toolchain/version.ts";

const samples: readonly (readonly [string, readonly number[] | undefined])[] = [
  ["go1.26.8\n", [1, 26, 8]],
  ["1.26", [1, 26, 0]],
  ["v3.259.0-dev.1+dirty", [3, 259, 0]],
  ["Client Version: v1.34.4\nKustomize Version: v5.7.1\n", [1, 34, 4]],
  ["go1.27rc1", [1, 27, 0]],
  ["devel", undefined],
  ["7", undefined],
  ["", undefined],
];

for (const [text, version] of samples) {
  test(`the version in ${JSON.stringify(text)}`, () => assert.deepEqual(versionIn(text), version));
}

const version = fc.tuple(fc.nat(30), fc.nat(300), fc.nat(30));

test("a version is at least another where no earlier number is smaller", () => {
  fc.assert(
    fc.property(version, version, (have, want) => {
      const [a, b, c] = have;
      const [x, y, z] = want;
      const expected = a > x || (a === x && (b > y || (b === y && c >= z)));
      assert.equal(atLeast(`go${have.join(".")}`, `v${want.join(".")}`), expected);
    }),
  );
});

test("a version is at least itself, and of two at least one is at least the other", () => {
  fc.assert(
    fc.property(version, version, (one, other) => {
      const [a, b] = [one.join("."), other.join(".")];
      assert.ok(atLeast(a, a));
      assert.ok(atLeast(a, b) || atLeast(b, a));
    }),
  );
});

test("what says no version is never new enough", () => {
  assert.equal(atLeast("command not found", "0.0.0"), false);
  assert.equal(atLeast("1.2.3", "none"), false);
});
