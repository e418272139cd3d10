/**
 * `make up` and `make down`: the program on a local cluster, also when one of them is killed. Needs root and what
 * `node local/main.ts tools` builds; `node local/test/run.ts e2e deploy` runs it alone.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { kubectl } from "../../cluster/api.ts";
import { identityOf } from "../../cluster/identity.ts";
import { readRecord } from "../../cluster/record.ts";
import { run } from "../../machine/run.ts";
import { checkout, eventually, local, localOk } from "../support/cli.ts";
import { changesSince, processesOf, type Snapshot, snapshot } from "../support/machine.ts";

const name = "e2e-deploy";
let machine: Snapshot;
let checkoutBefore: string;

const gitStatus = () => run("git", ["status", "--porcelain"], { cwd: checkout });

before(async () => {
  await localOk(["stop", "--name", name]);
  machine = await snapshot();
  checkoutBefore = await gitStatus();
});

after(() => localOk(["stop", "--name", name]));

async function namespaces(): Promise<string> {
  const cluster = (await readRecord(identityOf(name))) ?? assert.fail("no cluster");
  return kubectl(cluster, ["get", "namespaces", "-o", "name"]);
}

test("up starts a cluster and deploys on it; again, it changes nothing; the checkout stays clean", async () => {
  const first = await localOk(["up", "--name", name]);
  assert.match(first.stderr, /^plugins: (the published ones|built here; .*)$/m);
  assert.match(first.stdout, /Resources:\n\s+\+ 2 created/);
  assert.match(await namespaces(), /^namespace\/edge-registry$/m);
  const second = await localOk(["up", "--name", name]);
  assert.match(second.stdout, /Resources:\n\s+2 unchanged/);
  assert.equal(await gitStatus(), checkoutBefore);
});

test("the printed exports let a shell use pulumi, kubectl and crane", async () => {
  const { stdout } = await localOk(["env", "--name", name]);
  const script = `eval "$EXPORTS"; kubectl get nodes -o name; pulumi stack ls --json; crane version; node --version`;
  const said = await run(
    "env",
    ["-i", `EXPORTS=${stdout}`, "HOME=/nonexistent", "PATH=/usr/bin:/bin", "bash", "-euc", script],
    {
      cwd: checkout,
    },
  );
  assert.match(said, /^node\/node-1$/m);
  assert.match(said, /"name": "dev"/);
  assert.match(said, /^v0\.22\.1$/m);
  assert.match(said, /^v24\./m);
});

test("an up that is killed at work, its engine left alone, is taken over by the next", async () => {
  await local(["up", "--name", name], { signal: ["SIGKILL", 1800] });
  assert.match((await localOk(["up", "--name", name])).stdout, /Resources:\n\s+2 unchanged/);
});

test("an interrupted up says how to go on", async () => {
  const args = [`${checkout}/local/main.ts`, "up", "--name", name];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (data) => {
    errors += data;
  });
  child.stdout.once("data", () => child.kill("SIGINT"));
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.equal(code, 130, errors);
  assert.match(
    errors,
    /^interrupted: make up goes on from what is deployed so far, make down takes it back$/m,
  );
});

test("down leaves nothing, of the stack or of the cluster", async () => {
  const { stdout } = await localOk(["down", "--name", name]);
  assert.match(stdout, /Resources:\n\s+- 2 deleted/);
  await eventually("its processes to end", 5, async () =>
    processesOf(name).length === 0 ? true : undefined,
  );
  assert.deepEqual(await changesSince(machine), []);
  await localOk(["down", "--name", name]);
});
