/** The line in the hosts file: what it must never do to the other lines. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { FakeHost, line } from "./fake-host.ts";

const word = fc.string({ unit: fc.constantFrom(..."ab1.:#\\|&/ \t\r\u00e9\u00ff'\"$`*[]") });
const foreignLine = fc.oneof(
  word,
  fc.constantFrom(
    "127.0.0.1 localhost",
    `# ${line()}`,
    line("edge/dev2"),
    line("edge/other"),
    `${line()} more`,
    "x".repeat(70_000),
  ),
);
const ending = fc.constantFrom("\n", "\r\n");
const foreignText = fc
  .tuple(fc.array(fc.tuple(foreignLine, ending), { maxLength: 8 }), word)
  .map(([lines, last]) => lines.map(([text, end]) => text + end).join("") + last);

test("any text: one line of ours, all else byte for byte, and whole again after leaving", () => {
  const host = new FakeHost();
  const others = new FakeHost({ hosts: undefined, registries: ["x:1"] }, host);
  fc.assert(
    fc.property(foreignText, fc.constantFrom(0o644, 0o444, 0o600), (text, mode) => {
      host.write("/etc/hosts", text, mode);
      assert.equal(host.agent("once").code, 0);
      const written = host.tree()["etc/hosts"];
      const lines = host.read("/etc/hosts").split("\n");
      assert.deepEqual(
        lines.filter((each) => each === line()),
        [line()],
      );
      assert.equal(host.agent("once").code, 0);
      assert.equal(host.tree()["etc/hosts"], written, "a second pass writes nothing");
      assert.equal(others.agent("once").code, 0);
      assert.equal(host.read("/etc/hosts"), text, "all else stays");
    }),
    { numRuns: 30 },
  );
});

const cases: Readonly<Record<string, readonly [string, string]>> = {
  "a changed address": [`a\n${line().replace("10.0.0.1", "10.0.0.2")}\nb\n`, `a\nb\n${line()}\n`],
  "own lines that are stale": [`${line()}\na\n${line().replace("reg", "old")}\n`, `a\n${line()}\n`],
  "an own line that was given another ending": [`a\n${line()}\r\n`, `a\n${line()}\n`],
  "an end without a newline": ["a\nb", `${line()}\na\nb`],
  "an own line that lost its newline": [`a\n${line()}`, `a\n${line()}`],
  "an empty file": ["", `${line()}\n`],
};
for (const [what, [before, after]] of Object.entries(cases))
  test(what, () => {
    const host = new FakeHost();
    host.write("/etc/hosts", before);
    assert.equal(host.agent("once").code, 0);
    assert.equal(host.read("/etc/hosts"), after);
  });

test("a file with a zero byte is left alone", () => {
  const host = new FakeHost();
  host.write("/etc/hosts", "a\0b\n");
  assert.match(host.agent("once").text, /zero byte/);
  assert.equal(host.read("/etc/hosts"), "a\0b\n");
});

test("an owner's dot means a dot", () => {
  const host = new FakeHost({ owner: "a.b" });
  host.write("/etc/hosts", `${line("axb")}\n`);
  host.agent("once");
  assert.equal(host.read("/etc/hosts"), `${line("axb")}\n${line("a.b")}\n`);
});

test("an owner that is no name takes nothing away", () => {
  const host = new FakeHost();
  host.agent("once");
  const before = host.read("/etc/hosts");
  writeFileSync(join(host.root, "trust/owner"), "no name\n");
  assert.match(host.agent("leave").text, /^cannot the ConfigMap's owner is no name/);
  assert.equal(host.read("/etc/hosts"), before);
});
