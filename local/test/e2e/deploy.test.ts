/**
 * `make up` and `make down`: the program on a local cluster, also when one of them is killed. Needs root and what
 * `node local/main.ts tools` builds; `node local/test/run.ts e2e deploy` runs it alone.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { after, before, test } from "node:test";
import { HttpsClient } from "../../../test/support/https.ts";
import { identityOf } from "../../cluster/identity.ts";
import { run } from "../../machine/run.ts";
import { checkout, eventually, localOk } from "../support/cli.ts";
import { changesSince, processesOf, type Snapshot, snapshot } from "../support/machine.ts";

const name = "e2e-deploy";
const { directory } = identityOf(name);
let machine: Snapshot;
let checkoutBefore: string;
/** All that was printed, to be searched for passwords. */
let printed = "";
/** How many resources the stack has. */
let resources = "";

const gitStatus = () => run("git", ["status", "--porcelain"], { cwd: checkout });

// Where a person has them: the engine warns of plugins it finds on PATH.
const env = {
  PATH: (process.env.PATH ?? "")
    .split(":")
    .filter((folder) => !folder.endsWith("/plugins"))
    .join(":"),
};

async function deployed(verb: "up" | "down"): Promise<{ stdout: string; stderr: string }> {
  const { stdout, stderr } = await localOk([verb, "--name", name], { env });
  printed += stdout + stderr;
  return { stdout, stderr };
}

/** Runs up and sends it alone a signal as soon as it prints something. */
async function upWithSignal(signal: NodeJS.Signals, at: RegExp): Promise<{ code: unknown; output: string }> {
  const args = [`${checkout}/local/main.ts`, "up", "--name", name];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const hear = (data: unknown) => {
    output += data;
    if (at.test(output) && !child.killed) child.kill(signal);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const code = await new Promise((resolve) => child.on("exit", resolve));
  printed += output;
  assert.ok(child.killed, `never printed ${at}:\n${output}`);
  return { code, output };
}

/** Runs a script in a shell that has what `make env` prints, and nothing of this process's. */
async function inShell(script: string): Promise<string> {
  const { stdout } = await localOk(["env", "--name", name]);
  const bare = ["-i", `EXPORTS=${stdout}`, "HOME=/nonexistent", "PATH=/usr/bin:/bin"];
  return run("env", [...bare, "bash", "-euo", "pipefail", "-c", `eval "$EXPORTS"; ${script}`], {
    cwd: checkout,
  });
}

const accounts = async () => JSON.parse(await inShell("pulumi stack output accounts --show-secrets --json"));

before(async () => {
  await localOk(["stop", "--name", name]);
  machine = await snapshot();
  checkoutBefore = await gitStatus();
});

after(() => localOk(["stop", "--name", name]));

test("an up that is interrupted at work says how to go on", async () => {
  const { code, output } = await upWithSignal("SIGINT", /Secret \S+ created/);
  assert.equal(code, 130, output);
  assert.match(
    output,
    /^interrupted: make up goes on from what is deployed so far, make down takes it back$/m,
  );
});

test("one that is killed at work is taken over by the next, which ends with an access card", async () => {
  await upWithSignal("SIGKILL", /^ [+~] {2}\S+ \S+ (created|updated)/m);
  // Nothing that a kill could leave half-written is there: the engine replaces its other files in one step.
  assert.equal(await run("find", [`${directory}/pulumi`, "-name", "*.attrs"]), "");
  const { stdout, stderr } = await deployed("up");
  assert.doesNotMatch(stdout, /pending operation/);
  assert.match(stderr, /^plugins: (the published ones|built here; .*)$/m);
  assert.match(stderr, /^first image: (\S+\/hello:1) pushed by regUser, pulled by regPuller, sha256:/m);
  const card = stdout.slice(stdout.indexOf("The registry is up:")).trimEnd().split("\n");
  assert.ok(card.length <= 12 && card.every((line) => line.length <= 100), card.join("\n"));
  const [url = ""] = /https:\/\/\S+$/m.exec(card[1] ?? "") ?? [];
  const ca = `${directory}/registry-ca.crt`;
  assert.match(card.join("\n"), /accounts {5}regUser \(push\), regPuller \(pull\)/);
  assert.ok(card.includes(`  CA file      ${ca}`), card.join("\n"));
  const { hostname, port } = new URL(url);
  const answer = await new HttpsClient(Number(port), ca, hostname).open("GET", "/v2/");
  answer.destroy();
  assert.equal(answer.statusCode, 401);
});

test("another up changes nothing, and the checkout is as it was", async () => {
  const { stdout, stderr } = await deployed("up");
  resources = /Resources:\n {4}(\d+) unchanged\n/.exec(stdout)?.[1] ?? assert.fail(stdout);
  assert.ok(Number(resources) > 40, resources);
  assert.doesNotMatch(stdout, /warning|error/);
  assert.match(stderr, /^first image: \S+ still there, pulled by regPuller/m);
  assert.equal(await gitStatus(), checkoutBefore);
});

test("the printed exports let a shell use pulumi, kubectl and crane", async () => {
  const password = `pulumi stack output accounts --show-secrets --json | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).find(({ name }) => name === "regPuller").password'`;
  const script = `kubectl get nodes -o name; pulumi stack ls --json; crane version; node --version
    pulumi preview --config-file "$DEV_SETTINGS" --expect-no-changes
    export DOCKER_CONFIG=$(mktemp -d) SSL_CERT_FILE=${directory}/registry-ca.crt
    trap 'rm -r "$DOCKER_CONFIG"' EXIT
    registry=$(pulumi stack output host)
    ${password} | crane auth login "$registry" -u regPuller --password-stdin
    crane pull "$registry/hello:1" "$DOCKER_CONFIG/hello.tar"
    tar -tf "$DOCKER_CONFIG/hello.tar"`;
  const said = await inShell(script);
  assert.match(said, /^node\/node-1$/m);
  assert.match(said, /"name": "dev"/);
  assert.match(said, /^v0\.22\.1$/m);
  assert.match(said, /^v24\./m);
  assert.match(said, /^manifest\.json$/m);
  assert.equal(await gitStatus(), checkoutBefore);
});

test("no password was printed, or is left in a file of the engine's", async () => {
  const passwords = (await accounts()).map((account: { password: string }) => account.password);
  assert.equal(passwords.length, 2);
  for (const password of passwords) {
    assert.ok(password.length >= 32 && !printed.includes(password));
    const found = await run("sh", ["-c", `grep -rlF -- "$0" "$1" || true`, password, `${directory}/pulumi`]);
    assert.equal(found, "");
  }
  assert.ok(!existsSync(`${directory}/pulumi/first-image`));
  // It keeps no log of its commands, which nobody would read.
  assert.ok(statSync(`${directory}/pulumi/home/logs`).isFile());
});

test("down says what the destroy kept, and leaves nothing, of the stack or of the cluster", async () => {
  const { stdout, stderr } = await deployed("down");
  assert.ok(stdout.includes(`Resources:\n    - ${resources} deleted\n`), stdout);
  assert.match(
    stderr,
    /now gone with this one:\n {2}namespace edge-registry\n(?: {2}.*\n)* {2}bucket registry-edge$/m,
  );
  await eventually("its processes to end", 5, async () =>
    processesOf(name).length === 0 ? true : undefined,
  );
  assert.deepEqual(await changesSince(machine), []);
  await localOk(["down", "--name", name]);
});
