/**
 * A stack that is driven from where only the API server, the registry's port and the store's are reached, on a node with
 * others' folders, beside one that cannot pull. Against the local cluster in $KUBECONFIG;
 * `node local/test/run.ts e2e registry-bounds` makes one.
 */
import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "../../local/machine/run.ts";
import { onNode } from "../support/nodes.ts";
import { NarrowNetwork } from "../support/reach.ts";
import { kubectl, nodeAddresses, Site } from "../support/site.ts";

const kubeconfig = process.env.KUBECONFIG ?? "";
const network = new NarrowNetwork();
const port = 5063;
let directory: string;
let address: string;
let site: Site;

before(async () => {
  address = (await nodeAddresses())["node-1"] ?? "";
  directory = await mkdtemp("/tmp/edge-registry-narrow-");
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
  const settings = {
    cluster: { kubeconfig },
    nodeAddress: address,
    namespace: "bounds-narrow",
    port: `${port}`,
    storage: storedIn("/var/lib/photos"),
    pullSecret: { namespaces: [] },
    keepImages: "false",
  };
  site = await Site.create("narrow", settings, { PATH: `${directory}:${process.env.PATH}` });
});

after(async () => {
  await site?.end();
  await network.close();
  await rm(directory, { recursive: true });
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
