/** The order of a layer's entries: nothing before what it lies in or points at. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { alpine, busyboxRoot, distroless } from "../../images/base.ts";
import { directory, type Entry, program, text, withParents } from "../../images/entry.ts";

const name = fc.constantFrom("a", "a-b", "a.b", "b", "bin", "Z", "é");
const folder = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join("/")}`);
const entry: fc.Arbitrary<Entry> = fc.oneof(
  folder.map((path) => directory(path, 0o700, 7)),
  folder.map((path) => text(`${path}/text`, "hello")),
  folder.map((path) => program(`${path}/program`, "/bin/true")),
  folder.map((path): Entry => ({ type: "symlink", path: `${path}/symlink`, to: "text" })),
  fc
    .tuple(folder, folder)
    .map(([path, to]): Entry => ({ type: "link", path: `${path}/link`, to: `${to}/text` })),
);

const pathsOf = (entries: readonly Entry[]) => entries.map(({ path }) => path);

test("parents come first, each path once, and what was given stays as it was given", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), (given) => {
      const all = withParents(given);
      const paths = pathsOf(all);
      assert.equal(new Set(paths).size, paths.length);
      for (const [at, path] of paths.entries()) {
        if (dirname(path) !== "/")
          assert.ok(paths.slice(0, at).includes(dirname(path)), `${path} in ${paths}`);
      }
      const last = new Map(given.map((one) => [one.path, one]));
      for (const one of all) assert.deepEqual(one, last.get(one.path) ?? directory(one.path));
      for (const path of last.keys()) assert.ok(paths.includes(path));
    }),
  );
});

test("hard links come after all else, and so after their targets", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), (given) => {
      const links = withParents(given).map(({ type }) => type === "link");
      assert.deepEqual(links, [...links].sort());
    }),
  );
});

test("the order of what is given does not show in the result", () => {
  const unique = fc.uniqueArray(entry, { selector: ({ path }) => path, maxLength: 10 });
  const shuffled = unique.chain((given) =>
    fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
  );
  fc.assert(fc.property(shuffled, ([one, other]) => assert.deepEqual(withParents(one), withParents(other))));
});

const bases: Readonly<Record<string, readonly Entry[]>> = {
  distroless,
  alpine: alpine("/bin/busybox", ["bin/busybox", "bin/sh", "usr/bin/env", "sbin/init"]),
  busybox: busyboxRoot("/bin/busybox", ["busybox", "sh", "env"]),
};

for (const [base, entries] of Object.entries(bases)) {
  test(`${base} gives each path once, and its links lead to what it has`, () => {
    const paths = pathsOf(entries);
    assert.equal(new Set(paths).size, paths.length);
    for (const one of entries) {
      if (one.type === "link" || (one.type === "symlink" && one.to.startsWith("/"))) {
        assert.ok(paths.includes(one.to), `${one.path} leads to ${one.to}`);
      }
    }
  });

  test(`${base} has a temporary folder for all and users that its files belong to`, () => {
    const find = (path: string) => entries.find((one) => one.path === path);
    assert.deepEqual([find("/tmp"), find("/root")], [directory("/tmp", 0o1777), directory("/root", 0o700)]);
    const passwd = find("/etc/passwd");
    const users = passwd?.type === "text" ? passwd.text.split("\n").map((line) => line.split(":")[2]) : [];
    for (const one of entries) {
      if (one.type === "directory") assert.ok(users.includes(`${one.owner}`), `${one.path} of ${one.owner}`);
    }
  });
}

test("a shell is on Alpine's usual path, and under all its names", () => {
  const links = bases.alpine?.filter(({ type }) => type === "symlink") ?? [];
  assert.deepEqual(pathsOf(links), ["/bin/sh", "/usr/bin/env", "/sbin/init", "/etc/ssl/cert.pem"]);
});
