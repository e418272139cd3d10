/** What a cluster remembers and how it is shown and awaited. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { mostNodes } from "../../cluster/addresses.ts";
import { TimedOut, until } from "../../cluster/api.ts";
import { grownBy } from "../../cluster/growth.ts";
import { nodeNamed } from "../../cluster/nodes.ts";
import { machinesOf, readRecord, writeRecord } from "../../cluster/record.ts";
import { runtimeNamed, runtimesIn } from "../../cluster/runtimes.ts";
import { type MachineStatus, table } from "../../cluster/status.ts";
import { Failure, Interrupted } from "../../terminal/failure.ts";
import { example } from "./example-cluster.ts";

let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "edge-record-"));
});

after(() => rm(directory, { recursive: true }));

test("the machines are the control plane and then the nodes", () => {
  assert.deepEqual(machinesOf(example), ["control-plane", "node-1", "node-3"]);
});

test("a record that is written is read back, whole or not at all", async () => {
  const cluster = { ...example, directory };
  assert.equal(await readRecord(cluster), undefined);
  await writeRecord(cluster);
  assert.deepEqual(await readRecord(cluster), cluster);
  assert.deepEqual(await readdir(directory), ["cluster.json"]);
  await writeFile(join(directory, "cluster.json"), '{"subnet":');
  assert.equal(await readRecord(cluster), undefined);
});

test("a record is of the identity that asks, wherever it was copied from", async () => {
  await writeRecord({ ...example, directory });
  const moved = { name: "other", directory, cgroup: "edge-registry/other", interface: "edge-0" };
  assert.deepEqual(await readRecord(moved), { ...example, ...moved });
});

test("a cluster grows by nodes that are numbered on from the highest number ever given", () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 60 }), fc.integer({ min: -3, max: 60 }), (highestNumber, count) => {
      const was = { ...example, highestNumber };
      if (highestNumber + count > mostNodes) {
        assert.throws(() => grownBy(was, count), /can have \d+ more of its 60 nodes, not \d+: stop it/);
        return;
      }
      const { nodes, highestNumber: now } = grownBy(was, count);
      const added = nodes.slice(example.nodes.length);
      assert.deepEqual(nodes.slice(0, example.nodes.length), example.nodes);
      assert.equal(now, highestNumber + Math.max(0, count));
      const expected = Array.from({ length: Math.max(0, count) }, (_, at) => highestNumber + at + 1);
      assert.deepEqual(
        added,
        expected.map((number) => ({ name: `node-${number}`, number })),
      );
    }),
  );
});

test("a node that is to differ is recorded as such, and nodes that are there stay what they are", () => {
  const { nodes } = grownBy(example, 2, { "node-4": "k3s", "node-5": "containerd", "node-1": "containerd" });
  assert.deepEqual(nodes.slice(2), [
    { name: "node-4", number: 4, runtime: "k3s" },
    { name: "node-5", number: 5 },
  ]);
  const grown = grownBy(example, 1, { "node-4": "plain" });
  assert.deepEqual(grownBy(grown, 0, { "node-4": "plain" }), grown);
  for (const [wishes, message] of [
    [{ "node-4": "k3s" }, "node-4 was made with plain: add another node with k3s instead"],
    [{ "node-1": "k3s" }, "node-1 was made with containerd: add another node with k3s instead"],
    [{ "node-9": "k3s" }, "expected a node of the cluster (node-1, node-3, node-4), got node-9"],
  ] as const)
    assert.throws(() => grownBy(grown, 0, wishes), new Failure(`--runtime: ${message}`));
});

test("runtimes are told by a node's name and one of those that there are", () => {
  assert.deepEqual(runtimesIn([]), {});
  assert.deepEqual(runtimesIn(["node-2=plain", "node-12=k3s"]), { "node-2": "plain", "node-12": "k3s" });
  assert.deepEqual([runtimeNamed(), runtimeNamed("k3s")], ["containerd", "k3s"]);
  const kinds = "containerd, plain or k3s";
  for (const text of ["plain", "node-2", "node-2=", "node-2=docker", "node-0=k3s", "=k3s", "node-2=toString"])
    assert.throws(
      () => runtimesIn([text]),
      new Failure(`--runtime: expected a node and ${kinds}, as in node-2=plain, got ${text}`),
    );
  const twice = new Failure("--runtime: expected one for each node, got two for node-2");
  assert.throws(() => runtimesIn(["node-2=plain", "node-2=k3s"]), twice);
  assert.throws(() => runtimeNamed("docker"), new Failure(`expected ${kinds}, got docker`));
});

test("a record that is no cluster's is as good as none", async () => {
  for (const text of ["null", "[]", "{}", '{"nodes":[]}', '{"subnet":{"prefix":"10.78.5"}}', "{"]) {
    await writeFile(join(directory, "cluster.json"), text);
    assert.equal(await readRecord({ ...example, directory }), undefined, text);
  }
});

test("a node is found by its name; another name is answered with those there are", () => {
  assert.deepEqual(nodeNamed(example, "node-3"), { name: "node-3", number: 3 });
  for (const [name, got] of [
    ["node-2", "node-2"],
    ["control-plane", "control-plane"],
    ["", ""],
    [undefined, "nothing"],
  ]) {
    const message = `expected the name of a node of cluster example (node-1, node-3), got ${got}`;
    assert.throws(() => nodeNamed(example, name), new Failure(message));
  }
});

test("machines are shown in columns, what is unknown as a dash", () => {
  const row = (machine: string, state: MachineStatus["state"], runtime: string, memoryMiB: number) => ({
    ...{ machine, state, runtime, memoryMiB },
    address: "10.78.5.1",
  });
  const rows = [row("control-plane", "Ready", "", 812), row("node-1", "NotReady", "containerd://2.2.7", 7)];
  assert.equal(
    table(rows),
    [
      "MACHINE        STATE     ADDRESS    RUNTIME             MEMORY",
      "control-plane  Ready     10.78.5.1  -                   812 MiB",
      "node-1         NotReady  10.78.5.1  containerd://2.2.7  7 MiB",
    ].join("\n"),
  );
});

const awaited = { what: "the moon", seconds: 0.05, signal: new AbortController().signal, logs: tmpdir() };

test("waiting asks until the answer is yes, also after answers that fail", async () => {
  const answers = [async () => false, () => Promise.reject(new Error("no")), async () => true];
  await until(() => (answers.shift() ?? assert.fail("it asked on"))(), { ...awaited, seconds: 5 });
  assert.equal(answers.length, 0);
});

test("a wait in vain says what for, how long, what was said last and where to look", async () => {
  const failing = () => Promise.reject(new Error("connection refused"));
  await assert.rejects(until(failing, awaited), (error: Error) => {
    assert.ok(error instanceof TimedOut && error instanceof Failure);
    assert.match(error.message, /^waited 0\.05 s for the moon \(connection refused\): see \//);
    return true;
  });
  await assert.rejects(
    until(async () => false, awaited),
    /for the moon: see/,
  );
});

test("an abort ends a wait with its own reason", async () => {
  const abort = new AbortController();
  const waiting = until(async () => false, { ...awaited, seconds: 60, signal: abort.signal });
  abort.abort(new Interrupted("enough"));
  await assert.rejects(waiting, new Interrupted("enough"));
});
