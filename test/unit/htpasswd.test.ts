/** htpasswd files: the standard lines, that nothing breaks out of one, and that Apache's own tool agrees. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hash as bcryptjs, compare } from "bcryptjs";
import fc from "fast-check";
import { cheapOf } from "../../render/bcrypt.ts";
import { htpasswdLines, parseHtpasswd } from "../../render/htpasswd.ts";
import { bcrypt, verifies } from "../support/htpasswd.ts";

const hash = "$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

test("one line an account, in the given order", () => {
  assert.equal(
    htpasswdLines([
      { name: "regUser", hash },
      { name: "größer 2", hash: "$apr1$x" },
    ]),
    `regUser:${hash}\ngrößer 2:$apr1$x\n`,
  );
  assert.equal(htpasswdLines([]), "");
});

test("comments and blank lines are nobody", () => {
  assert.deepEqual(parseHtpasswd(`# regUser:${hash}\n\n  \nedge:${hash}`), [{ name: "edge", hash }]);
});

test("what it takes comes back as it was; what no line can hold it refuses, without telling it", () => {
  const hostile = fc.string({ unit: fc.constantFrom(":", "\n", "\r", "#", "$", " ", "é", "a", "\0", "{") });
  const hashes = fc.oneof({ weight: 4, arbitrary: fc.constant(hash) }, hostile);
  const fields = { name: fc.oneof(hostile, fc.string({ minLength: 1 })), hash: hashes };
  const entry = fc.record(fields, { noNullPrototype: true });
  let taken = 0;
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 3 }), (entries) => {
      let text: string;
      try {
        text = htpasswdLines(entries);
      } catch (error) {
        assert.match(`${error}`, /^Error: a htpasswd (name|hash): expected [^\n]*$/);
        return;
      }
      taken += entries.length;
      assert.deepEqual(parseHtpasswd(text), entries);
    }),
  );
  assert.ok(taken > 10, `only ${taken} entries were taken`);
});

for (const [what, entry] of Object.entries({
  "a colon in a name": { name: "a:b", hash },
  "a line break in a name": { name: "a\nb", hash },
  "a comment's name": { name: "#a", hash },
  "no name": { name: "", hash },
  "a name of blanks": { name: "  ", hash },
  "a line break in a hash": { name: "a", hash: `${hash}\nb:${hash}` },
  "a password in the place of a hash": { name: "a", hash: "secret" },
}))
  test(`${what} is refused`, () => assert.throws(() => htpasswdLines([entry]), /expected/));

test("a generated password's cheap hash is of the same password, at the least cost, and always the same", async () => {
  const cheap = cheapOf("generated", hash);
  assert.match(cheap, /^\$2b\$04\$/);
  assert.deepEqual([await compare("generated", cheap), await compare("other", cheap)], [true, false]);
  assert.equal(cheapOf("generated", hash), cheap);
  assert.notEqual(cheapOf("generated", `${hash}x`), cheap);
});

test("Apache's htpasswd knows the passwords of its own hashes and of bcryptjs's", async () => {
  const directory = await mkdtemp(join(tmpdir(), "edge-htpasswd-"));
  try {
    const file = join(directory, "htpasswd");
    const entries = [
      { name: "edge", hash: await bcrypt("edge", "first") },
      { name: "größer 2", hash: await bcryptjs("pässword", 5) },
    ];
    await writeFile(file, htpasswdLines(entries));
    assert.equal(await verifies(file, "edge", "first"), true);
    assert.equal(await verifies(file, "größer 2", "pässword"), true);
    assert.equal(await verifies(file, "edge", "pässword"), false);
    assert.equal(await verifies(file, "nobody", "first"), false);
  } finally {
    await rm(directory, { recursive: true });
  }
});
