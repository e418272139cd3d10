/** The names that a cluster goes by, from whatever folder a checkout lies in. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import {
  cgroupParent,
  identityOf,
  nameOfCheckout,
  namePattern,
  stateDirectory,
} from "../../cluster/identity.ts";

const hostile = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.string({ unit: fc.constantFrom("-", ".", "_", "A", "z", "9", "é", "İ", " ", "'", "\n"), maxLength: 80 }),
);
const checkout = fc.array(hostile, { maxLength: 3 }).map((parts) => join("/", ...parts));

test("a checkout's own name obeys the rule for names", () => {
  fc.assert(
    fc.property(checkout, (path) => {
      assert.match(nameOfCheckout(path), namePattern);
      assert.equal(nameOfCheckout(path), nameOfCheckout(path));
    }),
    { numRuns: 500 },
  );
  for (const path of ["/", "", "/---", `/${"x".repeat(300)}`, `/${"a".repeat(23)}-b`]) {
    assert.match(nameOfCheckout(path), namePattern, path);
  }
});

test("it can be recognised, and checkouts of the same name have different ones", () => {
  assert.match(nameOfCheckout("/home/me/Edge Registry (2)"), /^edge-registry-2-[0-9a-f]{6}$/);
  assert.match(nameOfCheckout(`/home/me/${"a".repeat(23)}-long`), /^a{23}-[0-9a-f]{6}$/);
  assert.match(nameOfCheckout("/home/me/日本"), /^checkout-[0-9a-f]{6}$/);
  assert.notEqual(nameOfCheckout("/home/me/edge"), nameOfCheckout("/home/you/edge"));
});

const name = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);

test("what belongs to a name lies below what is ours, and no two names share it", () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      const identity = identityOf(one);
      assert.ok(identity.interface.length <= 15, identity.interface);
      assert.match(identity.interface, /^edge-[0-9a-f]+$/);
      assert.equal(basename(identity.directory), one);
      assert.ok(identity.directory.startsWith(`${stateDirectory}/clusters/`));
      assert.ok(identity.cgroup.startsWith(`${cgroupParent}/${one}-`));
      if (one === other) return;
      const another = identityOf(other);
      for (const key of ["directory", "cgroup", "interface"] as const) {
        assert.notEqual(identity[key], another[key]);
      }
    }),
  );
});

test("a name cannot leave the folder and the control group that it becomes part of", () => {
  for (const bad of [
    "",
    "-a",
    "a-",
    "a/b",
    "..",
    ".",
    "A",
    "a b",
    "a\n",
    "é",
    "a".repeat(41),
    "a_b",
    "$(id)",
  ]) {
    assert.doesNotMatch(bad, namePattern);
  }
  for (const good of ["a", "7", "a-b", "a".repeat(40)]) assert.match(good, namePattern);
});
