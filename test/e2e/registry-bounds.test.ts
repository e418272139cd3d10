/**
 * The bounds of a stack: the cluster it belongs to, the network it is driven from, folders that are others', and nodes
 * that fail. Against the local cluster in $KUBECONFIG; `node local/test/run.ts e2e registry-bounds` makes one.
 */
import assert from "node:assert/strict";
import { chmod, copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { run } from "../../local/machine/run.ts";
import { localOk } from "../../local/test/support/cli.ts";
import { onNode } from "../support/nodes.ts";
import { NarrowNetwork } from "../support/reach.ts";
import { kubectl, nodeAddresses, Site } from "../support/site.ts";

const kubeconfig = process.env.KUBECONFIG ?? "";
const other = "e2e-other";
const network = new NarrowNetwork();
let directory: string;
let address: string;

before(async () => {
  address = (await nodeAddresses())["node-1"] ?? "";
  directory = await mkdtemp("/tmp/edge-registry-bounds-");
});

after(async () => {
  await network.close();
  await localOk(["stop", "--name", other]);
  await rm(directory, { recursive: true });
});

/** A site of few settings, with ports of its own; what it needs beyond a node's address is said. */
async function siteOf(
  t: TestContext,
  name: string,
  port: number,
  more: object = {},
  env = {},
): Promise<Site> {
  const site = await Site.create(
    name,
    {
      cluster: { kubeconfig },
      nodeAddress: address,
      namespace: `bounds-${name}`,
      port: `${port}`,
      storage: { reachAt: `${address}:${port + 1}` },
      pullSecret: { namespaces: [] },
      keepImages: "false",
      ...more,
    },
    env,
  );
  t.after(async () => {
    await site.end();
  });
  return site;
}

test("the wrong cluster is refused by up and by destroy, and nothing is changed", async (t) => {
  const { stdout: theirs } = await localOk(["start", "--name", other]);
  const mine = join(directory, "kubeconfig");
  await copyFile(kubeconfig, mine);
  t.after(() => copyFile(kubeconfig, mine)); // before the site's own end
  const site = await siteOf(t, "bound", 5061, {
    cluster: { kubeconfig: mine },
    proof: "off",
    nodeTrust: "off",
  });
  await site.must("up");
  await copyFile(theirs.trim(), mine);
  const list = () =>
    run("kubectl", ["--kubeconfig", mine, "get", "namespaces,secrets,deployments", "-A", "-o", "name"]);
  const untouched = await list();
  // Where both clusters have a node of this address, only the cluster's own id tells them apart.
  const theirAddress = await run("kubectl", [
    ...["--kubeconfig", mine, "get", "nodes"],
    ...["-o", 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}'],
  ]);
  const byAddress = await site.stack.up();
  assert.notEqual(byAddress.code, 0);
  assert.match(
    byAddress.stdout,
    new RegExp(`nodeAddress: expected the address of a node of this cluster, got ${address}`),
  );
  await site.set({ nodeAddress: theirAddress });
  for (const operation of ["preview", "up", "destroy"] as const) {
    const { code, stdout, stderr } = await site.stack[operation]();
    assert.notEqual(code, 0, operation);
    assert.match(stdout + stderr, /this stack is deployed on the cluster with id [0-9a-f-]+/, operation);
  }
  assert.equal(await list(), untouched);
  await site.set({ nodeAddress: address });
  await copyFile(kubeconfig, mine);
  assert.deepEqual((await site.must("preview")).changes, []);
  await site.must("destroy");
});

test("twenty sites are previewed from one checkout, each with three settings", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `site-${index + 1}`);
  const previewed = async (name: string) => {
    const settings = { cluster: { kubeconfig }, nodeAddress: address, namespace: name };
    const site = await Site.create(name, settings);
    const { changes } = await site.must("preview");
    await site.remove();
    return changes;
  };
  const [first = [], ...rest] = await inPairs(names, previewed);
  assert.ok(first.length > 50, `${first.length}`);
  for (const changes of rest) assert.deepEqual(changes, first);
});

test("up, refresh and destroy need the API server, the registry's port and the store's, nothing else", async (t) => {
  const name = basename(dirname(kubeconfig));
  const config = JSON.parse(await kubectl("config", "view", "-o", "json"));
  const api = new URL(config.clusters[0].cluster.server).host;
  const from = address.replace(/\d+$/, "250");
  await network.open(name, from, [api, `${address}:5061`, `${address}:5062`]);
  // What the engine is called by leads into that network.
  const engine = (await run("sh", ["-c", "command -v pulumi"])).trim();
  const within = `#!/bin/sh\nexec ip netns exec ${network.name} ${engine} "$@"\n`;
  await writeFile(join(directory, "pulumi"), within);
  await chmod(join(directory, "pulumi"), 0o755);
  await assert.rejects(
    run("ip", ["netns", "exec", network.name, "sh", "-c", `echo > /dev/tcp/${address}/10250`]),
  );
  const site = await siteOf(t, "narrow", 5061, {}, { PATH: `${directory}:${process.env.PATH}` });
  await site.must("up");
  const refresh = await site.must("refresh");
  assert.match(refresh.stdout, /Resources:\n\s+\d+ unchanged/);
  await site.must("destroy");
});

test("a directory of the node holds the images, is not taken from others, and goes where images do not stay", async (t) => {
  await onNode("node-1", "mkdir -p /var/lib/photos && echo 1 > /var/lib/photos/cat.jpg");
  const storage = { hostPath: "/var/lib/photos", reachAt: `${address}:5062` };
  const site = await siteOf(t, "path", 5061, { storage, proof: "off", nodeTrust: "off" });
  const refused = await site.stack.up();
  assert.notEqual(refused.code, 0);
  assert.match(refused.stdout, /\/var\/lib\/photos on this node holds files and no \.edge-registry/);
  assert.equal(await onNode("node-1", "ls -A /var/lib/photos"), "cat.jpg\n");
  await site.set({ storage: { ...storage, hostPath: "/var/lib/edge-images" } });
  await site.must("up");
  const person = await site.person(address);
  await person.crane.pushEmpty("regUser", "kept:1");
  assert.match(await onNode("node-1", "ls -A /var/lib/edge-images"), /registry-edge/);
  await site.must("destroy");
  assert.equal(await onNode("node-1", "ls -d /var/lib/edge-images || echo gone"), "gone\n");
});

test("a node that cannot pull fails up, by name and with the kubelet's own reason; mended, up goes on", async (t) => {
  const site = await siteOf(t, "cut", 5061);
  const rule = `-d ${address} -p tcp --dport 5061 -j REJECT --reject-with tcp-reset`;
  await onNode("node-2", `iptables -I OUTPUT ${rule}`);
  try {
    const { code, stdout } = await site.stack.up();
    assert.notEqual(code, 0);
    assert.match(stdout, /node-2 cannot pull from the registry: .*connection refused/);
    assert.doesNotMatch(stdout, /node-[13] cannot/);
  } finally {
    await onNode("node-2", `iptables -D OUTPUT ${rule}`);
  }
  await site.must("up");
});

/** Two at a time: so many cores are there. */
async function inPairs<T>(
  names: readonly string[],
  work: (name: string) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  const queue = [...names];
  const worker = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) results.push(await work(name));
  };
  await Promise.all([worker(), worker()]);
  return results;
}
