/**
 * What a cluster survives: lost power, killed parts, and starts and stops that were cut short. Needs root and what
 * `node local/main.ts tools` builds; `node local/test/run.ts e2e faults` runs it alone.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { identityOf } from "../../cluster/identity.ts";
import { initOf } from "../../cluster/machine.ts";
import { controlPlane, machineDirectory } from "../../cluster/record.ts";
import { references } from "../../images/catalog.ts";
import { run } from "../../machine/run.ts";
import { checkout, eventually, local, localOk } from "../support/cli.ts";
import { changesSince, processesOf, type Snapshot, snapshot } from "../support/machine.ts";
import { TestCluster } from "../support/test-cluster.ts";

const name = "e2e-faults";
const identity = identityOf(name);
let machine: Snapshot;

before(async () => {
  await localOk(["stop", "--name", name]);
  machine = await snapshot();
});

after(() => localOk(["stop", "--name", name]));

async function nothingLeft(): Promise<void> {
  assert.deepEqual(processesOf(name), []);
  assert.equal(existsSync(identity.directory), false, `${identity.directory} is left`);
  assert.deepEqual(await changesSince(machine), []);
}

const counter = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "counter" },
  spec: {
    nodeName: "node-2",
    tolerations: [{ operator: "Exists" }], // or it is evicted before its node is back
    containers: [
      {
        name: "counter",
        image: references.busybox,
        // Each start of the container adds a line to a file of the node's.
        command: ["sh", "-c", "echo started >>/node/starts; exec sleep 3600"],
        volumeMounts: [{ name: "node", mountPath: "/node" }],
      },
    ],
    volumes: [{ name: "node", hostPath: { path: "/var/lib/counter", type: "DirectoryOrCreate" } }],
  },
};

test("nodes and the control plane lose power and come back with what they had", async (t) => {
  const cluster = await TestCluster.start(name, ["--nodes", "2", "--fast-not-ready"]);
  await cluster.apply(counter);
  await cluster.kubectl("wait", "pod/counter", "--for=condition=Ready", "--timeout=30s");

  await t.test("a node without power is NotReady within seconds, its address dead", async () => {
    await localOk(["off", "--name", name, "node-2"]);
    await cluster.awaitReady(["node-1"], 30);
    assert.deepEqual(processesOf(name, "node-2"), []);
  });

  await t.test("with power again it is Ready with its files, and its pod runs again", async () => {
    // As if it began with images of an earlier version: it gets those of now.
    const mark = join(machineDirectory(cluster.record, "node-2"), "etc/edge/image-store");
    const store = await readFile(mark, "utf8");
    await writeFile(mark, "store-of-before");
    const { seconds } = await localOk(["on", "--name", name, "node-2"]);
    console.log(`Ready ${seconds.toFixed(1)} s after the power came back`);
    assert.equal(await readFile(mark, "utf8"), store);
    await cluster.awaitReady(["node-1", "node-2"], 30);
    const starts = ["exec", "--name", name, "node-2", "--", "cat", "/var/lib/counter/starts"];
    await eventually("the pod's second start on its node", 60, async () =>
      (await localOk(starts)).stdout === "started\nstarted\n" ? true : undefined,
    );
  });

  await t.test("a start mends a cluster whose control plane was killed", async () => {
    process.kill((await initOf(identity, controlPlane)) ?? assert.fail("no control plane"), "SIGKILL");
    await eventually("the control plane to be off", 10, async () =>
      (await initOf(identity, controlPlane)) === undefined ? true : undefined,
    );
    await localOk(["start", "--name", name]);
    await cluster.awaitReady(["node-1", "node-2"], 30);
    await cluster.kubectl("get", "pod", "counter");
  });

  await t.test("a killed containerd and kubelet are started again by their node", async () => {
    for (const part of ["containerd", "kubelet"]) {
      await localOk(["exec", "--name", name, "node-1", "--", "pkill", "-KILL", "-x", part]);
    }
    await eventually("both to run again", 30, async () => {
      for (const part of ["containerd", "kubelet"]) {
        await localOk(["exec", "--name", name, "node-1", "--", "pgrep", "-x", part]);
      }
      return true;
    });
    await cluster.awaitReady(["node-1", "node-2"], 30);
  });

  await t.test(
    "a node whose start was killed before it was joined to the network is mended by the next",
    async () => {
      await localOk(["off", "--name", name, "node-1"]);
      // A slow wiring widens the moment in which the node runs and has no address yet.
      const slow = await mkdtemp(join(tmpdir(), "edge-slow-"));
      t.after(() => rm(slow, { recursive: true }));
      const script =
        'case "$*" in *-batch*) sleep 5 ;; esac; PATH=/usr/sbin:/usr/bin:/sbin:/bin exec nsenter "$@"';
      await writeFile(join(slow, "nsenter"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      const env = { PATH: `${slow}:${process.env.PATH}` };
      const starting = local(["on", "--name", name, "node-1"], { env, signal: ["SIGKILL", 3500] });
      await starting;
      assert.notEqual(await initOf(identity, "node-1"), undefined);
      await localOk(["on", "--name", name, "node-1"]);
      await cluster.awaitReady(["node-1", "node-2"], 30);
    },
  );

  await t.test("stop removes a cluster with parts of it killed and a container frozen", async () => {
    const onNode2 = ["exec", "--name", name, "node-2", "--", "ctr", "-n", "k8s.io"];
    const [container = ""] = (await localOk([...onNode2, "tasks", "ls", "-q"])).stdout.split("\n");
    await localOk([...onNode2, "tasks", "pause", container]);
    process.kill((await initOf(identity, "node-1")) ?? assert.fail("node-1 is off"), "SIGKILL");
    await localOk(["stop", "--name", name]);
    await nothingLeft();
  });
});

// A start takes about 8 s: its checks, the images, from a second on the machines, then the API server and the rest.
const moments = [150, 350, 550, 800, 1100, 1500, 2000, 2700, 3600, 4800];

test("starts killed at ten moments leave nothing that stop, itself killed once, does not remove", async () => {
  for (const [at, moment] of moments.entries()) {
    await local(["start", "--name", name], { signal: ["SIGKILL", moment] });
    await local(["stop", "--name", name], { signal: ["SIGKILL", 100 + at * 60] });
    await localOk(["stop", "--name", name]);
    await nothingLeft();
  }
});

test("Ctrl-C takes back what a start had made, whenever it comes", async () => {
  for (const moment of [300, 900, 2200, 4500]) {
    const ended = await local(["start", "--name", name], { signal: ["SIGINT", moment] });
    // On a fast machine a late signal may meet a start that is done.
    if (ended.code === 0) await localOk(["stop", "--name", name]);
    else
      assert.deepEqual(
        [ended.code, ended.stderr.trim().split("\n").at(-1)],
        [130, interrupted],
        ended.stderr,
      );
    await nothingLeft();
  }
});

test("a start whose output nobody reads on takes back what it had made", async () => {
  const command = `"$NODE" "$MAIN" start --name ${name} 2>&1 | head -1`;
  const env = { NODE: process.execPath, MAIN: join(checkout, "local/main.ts") };
  assert.match(await run("bash", ["-c", command], { env }), /starting 1 node/);
  await eventually("the start to end", 20, async () => (existsSync(identity.directory) ? undefined : true));
  await nothingLeft();
});

const interrupted = "interrupted: nothing half-made was left; run the same command to begin again";

test("a start after one that was killed works without cleaning by hand", async () => {
  await local(["start", "--name", name], { signal: ["SIGKILL", 3000] });
  await localOk(["start", "--name", name]);
  await localOk(["stop", "--name", name]);
  await nothingLeft();
});
