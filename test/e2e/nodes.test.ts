/**
 * Nodes that differ and nodes that fail: each trusts, or is named with its reason, and mends by itself. On a cluster of
 * its own: one node's containerd looks into certs.d, one's does not, one is set up as k3s does it. `node
 * local/test/run.ts e2e nodes` runs it; `make soak` kills the agent more often, by AGENT_KILLS.
 */
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { run } from "../../local/machine/run.ts";
import { eventually, localOk } from "../../local/test/support/cli.ts";
import { makeCertificates } from "../support/certificates.ts";
import { Crane } from "../support/crane.ts";
import { damagesOf, editHosts } from "../support/damages.ts";
import { isReady, onNode, power } from "../support/nodes.ts";
import { checkout, kubectl, nodeAddresses, Site } from "../support/site.ts";
import { TrustingNode } from "../support/trusting-node.ts";

const cluster = "e2e-nodes";
const namespace = "edge-registry-nodes";
const host = "registry.nodes.example";
const password = `push-${crypto.randomUUID()}`;
const kills = Number(process.env.AGENT_KILLS ?? 10);
const usual = new TrustingNode(cluster, "node-1", "containerd", namespace);
const plain = new TrustingNode(cluster, "node-2", "plain", namespace);
const k3s = new TrustingNode(cluster, "node-3", "k3s", namespace);
const nodes = [usual, plain, k3s] as const;
/** As each was before anything was deployed. */
const untouched = new Map<TrustingNode, string>();
let site: Site;
let address: string;

before(async () => {
  await localOk(["stop", "--name", cluster]);
  const kinds = ["--runtime", "node-2=plain", "--runtime", "node-3=k3s"];
  const started = await localOk(["start", "--name", cluster, "--nodes", "3", ...kinds, "--fast-not-ready"]);
  process.env.KUBECONFIG = started.stdout.trim();
  address = (await nodeAddresses())[usual.name] ?? "";
  for (const node of nodes) untouched.set(node, node.trust());
  site = await Site.create("nodes", {
    cluster: { kubeconfig: process.env.KUBECONFIG },
    nodeAddress: address,
    host,
    keepImages: "false",
    accounts: [
      { name: "regUser", role: "push", password },
      { name: "regPuller", role: "pull" },
    ],
  });
});

after(async () => {
  await localOk(["stop", "--name", cluster]);
  await site?.remove();
});

const config = "/etc/containerd/config.toml";
const table = 'plugins."io.containerd.cri.v1.images".registry';
const told = `node-2 does not trust the registry: cannot ${config} sets no config_path: set config_path = "${plain.certs}" under [${table}] and restart containerd`;

test("up fails for the node whose containerd looks nowhere, by name and with what to do; the others trust", async () => {
  const { code, stdout } = await site.stack.up();
  assert.notEqual(code, 0);
  assert.ok(stdout.includes(told), stdout);
  assert.doesNotMatch(stdout, /node-[13] does not/);
  assert.equal((await plain.status()).code, 3);
  // It ends with 1, as one of them does not.
  const view = await run("sh", ["-c", `node ${join(checkout, "commands/nodes.ts")} || true`]);
  assert.match(view, /^node-1 +containerd 2\S+ +yes /m);
  assert.match(view, /^node-2 +containerd 2\S+ +no /m);
  assert.match(view, /^node-3 +k3s, containerd 2\S+ +yes /m);
});

test("the registry serves all the same, and a pull on each of them says what up said", async () => {
  await kubectl("-n", "edge-registry", "rollout", "status", "deployment/registry", "--timeout=60s");
  const authority = usual.at(join(usual.certs, `${address}:5045/ca.crt`));
  const crane = new Crane(join(site.stack.directory, "crane"), `${address}:5045`, authority);
  await crane.signIn("regUser", { name: "regUser", password });
  await crane.pushEmpty("regUser", "small:1");
  const image = crane.image("small:1");
  for (const { name } of nodes) {
    const overrides = JSON.stringify({ spec: { nodeName: name } });
    await kubectl("run", `pull-${name}`, "--image", image, "--restart=Never", "--overrides", overrides);
  }
  const saying = (node: TrustingNode, reason: RegExp) =>
    eventually(`the kubelet of ${node.name} to say ${reason}`, 30, async () => {
      const of = `involvedObject.name=pull-${node.name}`;
      const said = await kubectl(
        "get",
        "events",
        "--field-selector",
        of,
        "-o",
        "jsonpath={.items[*].message}",
      );
      if (reason.test(said)) return true;
      throw new Error(said);
    });
  const pulled = /Successfully pulled image/;
  await Promise.all([saying(usual, pulled), saying(plain, /x509/), saying(k3s, pulled)]);
  await kubectl("delete", "pods", ...nodes.map(({ name }) => `pull-${name}`), "--wait=false");
});

const folderOn = (node: TrustingNode) => node.at(join(node.certs, `${address}:5045`));

test("whatever is damaged on a node is mended within 10 s", async (t) => {
  const inTurn = async (node: TrustingNode, at: number) => {
    for (const [what, damage] of damagesOf(address, host).filter((_, index) => index % nodes.length === at)) {
      const whole = await node.whole();
      damage(node, folderOn(node));
      assert.notEqual(node.trust(), whole, what);
      // Spegel's backup stays Spegel's.
      const like = () => node.trust().replaceAll(/^\S*\/_backup.*\n/gm, "");
      const seconds = await node.until(what, () => like() === whole, 10);
      t.diagnostic(`${node.name}: ${what}: mended after ${seconds.toFixed(1)} s`);
      await rm(node.at(join(node.certs, "_backup")), { recursive: true, force: true });
    }
  };
  await Promise.all(nodes.map(inTurn));
});

test("a bundle that is replaced is acted on within 5 s of being seen", async (t) => {
  const directory = join(site.stack.directory, "another");
  mkdirSync(directory);
  const { authority } = await makeCertificates(directory);
  const get = ["-n", namespace, "get", "configmap", "node-trust", "-o", "jsonpath={.data.ca\\.crt}"];
  const first = await kubectl(...get);
  const volumes = await Promise.all(nodes.map(async (node) => [node, await volumeOf(node)] as const));
  for (const bundle of [first + (await readFile(authority, "utf8")), first]) {
    const replace = async () => {
      const data = JSON.stringify({ data: { "ca.crt": bundle } });
      await kubectl("-n", namespace, "patch", "configmap", "node-trust", "--type=merge", "-p", data);
      // The kubelet looks after volumes when a pod changes, and else once a minute or so.
      const poked = `edge-registry.test/poked=${performance.now()}`;
      await kubectl("-n", namespace, "annotate", "pods", "-l", "app=node-trust", "--overwrite", poked);
    };
    const acted = async ([node, volume]: readonly [TrustingNode, string]) => {
      await node.until("the volume", () => node.read(`${volume}/ca.crt`) === bundle, 90);
      const ca = `${node.certs}/${address}:5045/ca.crt`;
      const seconds = await node.until("the bundle", () => node.read(ca) === bundle, 5);
      t.diagnostic(`${node.name}: acted after ${seconds.toFixed(1)} s`);
    };
    await Promise.all([replace(), ...volumes.map(acted)]);
  }
});

test("the cluster counts the node whose containerd looks nowhere as unavailable, and no other", async () => {
  // What a kubelet finds out at a pod's start may count a period of the probe later, of a minute.
  await eventually("the agents of the others alone to be Ready", 90, async () => {
    const ready = '{range .items[*]}{.spec.nodeName}={.status.conditions[?(@.type=="Ready")].status} {end}';
    const pods = await kubectl(
      ...["-n", namespace, "get", "pods", "-l", "app=node-trust", "-o", `jsonpath=${ready}`],
    );
    const unavailable = "jsonpath={.status.numberUnavailable}";
    const count = await kubectl("-n", namespace, "get", "daemonset", "node-trust", "-o", unavailable);
    const known = pods.trim().split(" ").sort().join(" ");
    if (`${known} ${count}` === "node-1=True node-2=False node-3=True 1") return true;
    throw new Error(`${known}, ${count || 0} unavailable`);
  });
});

/** Where a node's agent has its ConfigMap. */
async function volumeOf(node: TrustingNode): Promise<string> {
  const uid = await kubectl("-n", namespace, "get", await node.pod(), "-o", "jsonpath={.metadata.uid}");
  return `/var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~configmap/trust`;
}

describe("at the same time", { concurrency: true }, () => {
  test(`the agent is killed at ${kills} random moments of its work, and the next one makes all whole within 10 s`, async (t) => {
    const others = "10.1.1.1 some.other.name # somebody else's\n".repeat(1000);
    const tally = { atWork: 0, slowest: 0 };
    const inTurn = async (node: TrustingNode, at: number) => {
      await node.whole();
      const before = node.read("/etc/hosts");
      editHosts(node, (text) => others + text);
      const whole = await node.whole();
      for (let round = at; round < kills; round += nodes.length) {
        const disturb = () => {
          rmSync(folderOn(node), { recursive: true });
          editHosts(node, (text) => text.replace(`${address} ${host}`, `10.255.255.255 ${host}`));
        };
        if (await node.killAtWork(disturb, randomInt(0, 120))) tally.atWork += 1;
        const since = performance.now();
        await node.runs();
        await node.mended(whole);
        tally.slowest = Math.max(tally.slowest, (performance.now() - since) / 1000);
      }
      writeFileSync(node.at("/etc/hosts"), before);
    };
    await Promise.all(nodes.map(inTurn));
    t.diagnostic(
      `${tally.atWork} of ${kills} in the middle of a pass; slowest ${tally.slowest.toFixed(1)} s from the kill`,
    );
    assert.ok(
      tally.atWork >= kills / 4,
      `only ${tally.atWork} of ${kills} kills were in the middle of a pass`,
    );
  });

  test("a node that is added trusts within 10 s of being Ready; on a full disk it keeps its hosts file", async (t) => {
    const adding = localOk(["add", "--name", cluster]);
    await eventually("node-4 to be Ready", 60, () => isReady("node-4"));
    const added = new TrustingNode(cluster, "node-4", "containerd", namespace);
    const entry = `${address} ${host} # edge-registry`;
    const trusts = () =>
      added.read(`${added.certs}/${host}:5045/ca.crt`) !== "" && hosts(added).includes(entry);
    const seconds = await added.until("the authority and the name", trusts, 10);
    t.diagnostic(`trusts ${seconds.toFixed(1)} s after it was Ready`);
    await adding;
    t.after(() => localOk(["remove", "--name", cluster, added.name]));
    await staysOnFullDisk(t, added, entry);
  });
});

const hosts = (node: TrustingNode) => node.read("/etc/hosts");

/** The node's /etc is put on a disk that gets full, and has room again. */
async function staysOnFullDisk(t: TestContext, node: TrustingNode, entry: string): Promise<void> {
  const disk = "mount -t tmpfs -o size=16m disk /etc";
  await onNode(node.name, `cp -a /etc /tmp/etc && ${disk} && cp -a /tmp/etc/. /etc`);
  await node.replaceAgent();
  const saying = (what: RegExp, seconds: number) =>
    eventually(`${what}`, seconds, async () => {
      const { stdout: said } = await node.status();
      if (what.test(said)) return true;
      throw new Error(said);
    });
  await saying(/^trusts /, 20);
  const stale = `sed 's/^${address} /10.255.0.1 /' /etc/hosts >/tmp/stale && cat /tmp/stale >/etc/hosts`;
  await onNode(node.name, `dd if=/dev/zero of=/etc/filler bs=64k 2>/dev/null; ${stale}`);
  await saying(/cannot \/etc\/hosts stays as it is: there is no room/, 20);
  assert.equal(await onNode(node.name, "cat /etc/hosts"), await onNode(node.name, "cat /tmp/stale"));
  await onNode(node.name, "rm /etc/filler");
  const since = performance.now();
  await saying(/^trusts /, 40);
  t.diagnostic(
    `a full disk: mended ${((performance.now() - since) / 1000).toFixed(1)} s after it had room again`,
  );
  assert.ok((await onNode(node.name, "cat /etc/hosts")).includes(entry));
}

test("once its configuration is mended by hand, the next up is green on each node, with nothing else done", async () => {
  const registry = `\n[${table}]\nconfig_path = "${plain.certs}"\n`;
  writeFileSync(plain.at(config), registry, { flag: "a" });
  await onNode(plain.name, "kill $(pgrep -x containerd)");
  await site.must("up");
  const view = await run("sh", ["-c", `${(await site.stack.outputs()).nodes}`]);
  assert.match(view, /^3 of 3 nodes trust the registry$/m);
  assert.deepEqual((await site.must("preview")).changes, []);
});

test("one node is dead during an up that changes all: it is named, the others have it all, and it catches up", async (t) => {
  await power("off", k3s.name);
  await site.set({ host: `new.${host}`, certificate: { trusts: [1, 2] } });
  const { seconds, stdout } = await site.must("up");
  t.diagnostic(`up took ${seconds.toFixed(1)} s`);
  assert.ok(seconds < 80, `${seconds}`); // 20 for all that it does, and 60 for the dead one
  assert.match(stdout, /node-3 .* was passed over: it may be one that does not trust the registry/);
  const on = power("on", k3s.name);
  await eventually("node-3 to be Ready", 60, () => isReady(k3s.name));
  const same = () =>
    ["ca.crt", ".edge-registry"].every((file) => {
      const path = `new.${host}:5045/${file}`;
      return k3s.read(join(k3s.certs, path)) === usual.read(join(usual.certs, path));
    }) && hosts(k3s).includes(` new.${host} #`);
  const caughtUp = await k3s.until("the new authority and name", same, 20);
  t.diagnostic(`it has caught up ${caughtUp.toFixed(1)} s after it was Ready again`);
  await on;
  const { changes } = await site.must("up");
  assert.deepEqual(changes, ["update rollout node-trust-rollout", "update rollout proof-rollout"]);
});

test("destroy goes on without a dead node, and the command that it prints cleans that node", async (t) => {
  await power("off", k3s.name);
  const { seconds, stdout } = await site.must("destroy");
  t.diagnostic(`destroy took ${seconds.toFixed(1)} s`);
  assert.ok(seconds < 60, `${seconds}`);
  assert.doesNotMatch(await kubectl("get", "namespaces", "-o", "name"), /edge-registry/);
  const [, command = ""] =
    /node node-3 was not cleaned: .*; on that node run as root: (.*)$/m.exec(stdout) ?? [];
  for (const node of [usual, plain]) assert.equal(node.trust(), untouched.get(node));
  assert.notEqual(k3s.trust(), untouched.get(k3s));
  await power("on", k3s.name);
  await onNode(k3s.name, command);
  assert.equal(k3s.trust(), untouched.get(k3s));
});
