/** Who is asked for a password at all. That Caddy takes the same is in test/e2e/hostile.test.ts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { signInPattern } from "../../render/known-names.ts";

/** Whether a header is let through; RE2's `(?i:…)` is JavaScript's too. */
const passes = (names: readonly string[], header: string) => new RegExp(signInPattern(names)).test(header);
const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

const name = fc
  .string({ minLength: 1, maxLength: 40, unit: "grapheme" })
  .filter((text) => !text.includes(":"));
const password = fc.string({ maxLength: 72 }).filter((text) => Buffer.byteLength(text) <= 72);

test("a known name passes with every password, any other name with none", () => {
  fc.assert(
    fc.property(fc.array(name, { maxLength: 4 }), name, password, (names, asked, word) => {
      const sent = Buffer.from(asked); // text that is no Unicode is sent as what replaces it
      const known = names.some((each) => Buffer.from(each).equals(sent));
      assert.equal(passes(names, basic(asked, word)), known);
    }),
    { numRuns: 500 },
  );
  fc.assert(fc.property(name, password, (known, word) => passes([known, "other"], basic(known, word))));
});

test("what begins or ends like a known name is not it", () => {
  for (const names of [["regUser"], ["a"], ["ab"], ["abc"], ["a+b/c"]])
    for (const asked of [`${names[0]}x`, `x${names[0]}`, `${names[0]}`.slice(0, -1), ""])
      assert.equal(passes(names, basic(asked, "password")), false, asked);
});

test("only one header of the scheme Basic passes, and none longer than any password", () => {
  const own = basic("regUser", "password");
  assert.equal(passes(["regUser"], own.replace("Basic", "bASIC")), true);
  const others = ["", own.replace("Basic", "Bearer"), own.replace(" ", "  "), `${own},${own}`, ` ${own}`];
  for (const header of [...others, `${own}\n`, basic("regUser", "x".repeat(80))])
    assert.equal(passes(["regUser"], header), false, header);
});
