/** What holds for any host, whatever was there before. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, symlinkSync, utimesSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { FakeHost, goodConfig, line, pem } from "./fake-host.ts";

const folders = ["/etc/containerd/certs.d", "/etc/docker/certs.d", "/etc/containers/certs.d", "/etc/docker"];
const names = ["reg.local:5045", "[fd00::1]:5045", "reg.local_5045_", "other:1", "_default"];
const files = ["ca.crt", "hosts.toml", "client.key", ".edge-registry", "deep/ca.crt", ""];
const contents = [pem("one"), pem("older"), "edge/other\n", 'ca = "/x"\n', ""];

/** Something that lies about: a file, a folder where the file has no name, or a link. */
const thing = fc.record({
  path: fc
    .tuple(fc.constantFrom(...folders), fc.constantFrom(...names), fc.constantFrom(...files))
    .map((parts) => parts.join("/").replace(/\/$/, "")),
  text: fc.constantFrom(...contents),
  mode: fc.constantFrom(0o644, 0o600, 0o444, 0o755),
  kind: fc.constantFrom("file", "file", "file", "folder", "link"),
});
const signs = fc.subarray([
  "/etc/crio/crio.conf",
  "/etc/machine-config-daemon/x",
  "/etc/k0s/containerd.toml",
]);
const hostsText = fc
  .array(
    fc.constantFrom("127.0.0.1 localhost\n", "::1 x\r\n", "10.9.9.9 reg.local\n", "# end", line("edge/two")),
  )
  .map((lines) => lines.join(""));
const prior = fc.record({ things: fc.array(thing, { maxLength: 8 }), signs, hostsText });
type Prior = typeof prior extends fc.Arbitrary<infer T> ? T : never;

/** A host with all of this; of things that stand in each other's way the first counts. */
function hostOf({ things, signs, hostsText }: Prior): FakeHost {
  const host = new FakeHost();
  host.write("/etc/containerd/config.toml", goodConfig);
  for (const sign of signs) host.write(sign, "");
  host.write("/etc/hosts", hostsText);
  for (const { path, text, mode, kind } of things)
    try {
      if (kind === "file") host.write(path, text, mode);
      else mkdirSync(host.at(kind === "link" ? dirname(path) : path), { recursive: true });
      if (kind === "link") symlinkSync("/nowhere", host.at(path));
      if (kind === "folder") chmodSync(host.at(path), 0o700);
      if (kind === "file") utimesSync(host.at(path), 1e9, 1e9 + 0.25);
    } catch (error) {
      if (!/EEXIST|ENOTDIR|EISDIR|ENOENT/.test(`${error}`)) throw error;
    }
  utimesSync(host.at("/etc/hosts"), 1e9, 1e9 + 0.5);
  return host;
}

test("installed twice is installed once, and leaving gives all back: bytes, modes and times", () => {
  const property = fc.property(prior, (before) => {
    const host = hostOf(before);
    try {
      const tree = host.tree();
      host.agent("once");
      const installed = host.tree();
      host.agent("once");
      assert.deepEqual(host.tree(), installed);
      assert.deepEqual(host.agent("leave").text.split("\n").at(-2), "nothing is left");
      assert.deepEqual(host.tree(), tree);
    } finally {
      host.end();
    }
  });
  fc.assert(property, { numRuns: 25 });
});

test("two at once end as one after the other", async () => {
  const property = fc.asyncProperty(prior, async (before) => {
    const [alone, both] = [hostOf(before), hostOf(before)];
    const owners = (host: FakeHost) => [host, new FakeHost({ owner: "edge/b", registries: ["b:1"] }, host)];
    try {
      for (const host of owners(alone)) host.agent("once");
      const running = owners(both).map((host) => {
        const [command, words, options] = host.command("once");
        return once(spawn(command, words, { ...options, stdio: "ignore" }), "exit");
      });
      await Promise.all(running);
      assert.deepEqual(shape(both), shape(alone));
    } finally {
      for (const host of [alone, both]) host.end();
    }
  });
  await fc.assert(property, { numRuns: 12 });
});

/** All but times and inodes; lines and notes in whichever order. */
const shape = (host: FakeHost) =>
  Object.fromEntries(
    Object.entries(host.tree()).map(([path, look]) => {
      const [mode, owner, , , ...text] = look.split(" ");
      return [path, [mode, owner, ...text.join(" ").split("\n").sort()]];
    }),
  );
