/**
 * The bounds of a stack: the cluster it belongs to, the network it is driven from, folders that are others', and nodes
 * that fail. Against the local cluster in $KUBECONFIG; `node local/test/run.ts e2e registry-bounds` makes one.
 */
import assert from "node:assert/strict";
import { chmod, copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { run } from "../../local/machine/run.ts";
import { localOk } from "../../local/test/support/cli.ts";
import { onNode } from "../support/nodes.ts";
import { NarrowNetwork } from "../support/reach.ts";
import { kubectl, nodeAddresses, Site } from "../support/site.ts";

const kubeconfig = process.env.KUBECONFIG ?? "";
const other = "e2e-other";
const network = new NarrowNetwork();
const sites: Site[] = [];
let directory: string;
let address: string;

before(async () => {
  address = (await nodeAddresses())["node-1"] ?? "";
  directory = await mkdtemp("/tmp/edge-registry-bounds-");
});

after(async () => {
  for (const site of sites) await site.end();
  await kubectl("delete", "namespace", "bounds-apps", "--ignore-not-found", "--wait=false");
  await network.close();
  await localOk(["stop", "--name", other]);
  await rm(directory, { recursive: true });
});

/** A site of few settings, with ports of its own; what it needs beyond a node's address is said. */
async function siteOf(name: string, port: number, more: object, env = {}): Promise<Site> {
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
  sites.push(site);
  return site;
}

test("the wrong cluster is refused by up and by destroy, and nothing is changed; a refresh there is undone by an up", async () => {
  const mine = join(directory, "kubeconfig");
  await copyFile(kubeconfig, mine);
  await kubectl("create", "namespace", "bounds-apps");
  const more = { cluster: { kubeconfig: mine }, pullSecret: { namespaces: ["bounds-apps"] } };
  const site = await siteOf("bound", 5061, more);
  const [{ stdout: theirs }] = await Promise.all([localOk(["start", "--name", other]), site.must("up")]);
  await copyFile(theirs.trim(), mine);
  const list = () =>
    run("kubectl", ["--kubeconfig", mine, "get", "namespaces,secrets,deployments", "-A", "-o", "name"]);
  await run("kubectl", ["--kubeconfig", mine, "create", "namespace", "bounds-apps"]);
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

  const running = () =>
    kubectl("-n", "bounds-bound", "get", "pods", "-o", "jsonpath={.items[*].metadata.uid}");
  const [pods, { caCertificate, accounts }] = [await running(), await site.stack.outputs()];
  await copyFile(theirs.trim(), mine);
  const { code, stdout } = await site.stack.refresh();
  assert.notEqual(code, 0);
  assert.match(
    stdout,
    /this stack is deployed on the cluster with id .*: `pulumi up` on the right one takes it over/,
  );
  assert.equal(await list(), untouched);
  await copyFile(kubeconfig, mine);
  assert.ok((await site.must("preview")).changes.includes("create DaemonSet node-trust"));
  await site.must("up");
  const { caCertificate: authority, accounts: people } = await site.stack.outputs();
  assert.deepEqual([await running(), authority, people], [pods, caCertificate, accounts]);
  assert.deepEqual((await site.must("preview")).changes, []);
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

describe("driven from where only the API server, the registry's port and the store's are reached", () => {
  const port = 5063;
  let site: Site;

  before(async () => {
    const config = JSON.parse(await kubectl("config", "view", "-o", "json"));
    const api = new URL(config.clusters[0].cluster.server).host;
    const from = address.replace(/\d+$/, "250");
    const reached = [api, `${address}:${port}`, `${address}:${port + 1}`];
    await network.open(basename(dirname(kubeconfig)), from, reached);
    // What the engine is called by leads into that network.
    const engine = (await run("sh", ["-c", "command -v pulumi"])).trim();
    const within = `#!/bin/sh\nexec ip netns exec ${network.name} ${engine} "$@"\n`;
    await writeFile(join(directory, "pulumi"), within);
    await chmod(join(directory, "pulumi"), 0o755);
    // To be refused proves something where the same command, which is bash's alone, gets through elsewhere.
    await connectTo(api);
    await assert.rejects(connectTo(`${address}:10250`));
    const path = `${directory}:${process.env.PATH}`;
    site = await siteOf("narrow", port, { storage: storedIn("/var/lib/photos") }, { PATH: path });
  });

  /** Connects to a place from that network. */
  const connectTo = (place: string) =>
    run("ip", ["netns", "exec", network.name, "bash", "-c", `: > /dev/tcp/${place.replace(":", "/")}`]);

  const storedIn = (hostPath: string) => ({ hostPath, reachAt: `${address}:${port + 1}` });

  test("a directory of the node that holds others' files is refused at once, and left alone", async (t) => {
    await onNode("node-1", "mkdir -p /var/lib/photos && echo 1 > /var/lib/photos/cat.jpg");
    const { code, stdout, seconds } = await site.stack.up();
    assert.notEqual(code, 0);
    assert.match(stdout, /\/var\/lib\/photos on this node holds files and no \.edge-registry/);
    assert.equal(await onNode("node-1", "ls -A /var/lib/photos"), "cat.jpg\n");
    t.diagnostic(`told after ${seconds.toFixed(1)} s`);
  });

  test("a node that cannot pull fails up, by name and with the kubelet's own reason; mended, up goes on", async () => {
    await site.set({ storage: storedIn("/var/lib/edge-images") });
    const rule = `-d ${address} -p tcp --dport ${port} -j REJECT --reject-with tcp-reset`;
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

  test("a refresh finds all as it is", async () => {
    const { stdout } = await site.must("refresh");
    assert.match(stdout, /Resources:\n\s+\d+ unchanged/);
  });

  test("a destroy takes the directory too, where images do not stay", async () => {
    const { crane } = await site.person(address);
    await crane.pushEmpty("regUser", "gone:1");
    assert.match(await onNode("node-1", "ls -A /var/lib/edge-images"), /registry-edge/);
    await site.must("destroy");
    assert.equal(await onNode("node-1", "ls -d /var/lib/edge-images || echo gone"), "gone\n");
  });
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
