/**
 * The bounds of a stack: the cluster it belongs to, and its own settings where many share a checkout. Against the local
 * cluster in $KUBECONFIG; `node local/test/run.ts e2e registry-bounds` makes one.
 */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run } from "../../local/machine/run.ts";
import { localOk } from "../../local/test/support/cli.ts";
import { kubectl, nodeAddresses, Site } from "../support/site.ts";

const kubeconfig = process.env.KUBECONFIG ?? "";
const other = "e2e-other";
let site: Site | undefined;
let directory: string;
let address: string;

before(async () => {
  address = (await nodeAddresses())["node-1"] ?? "";
  directory = await mkdtemp("/tmp/edge-registry-bounds-");
});

after(async () => {
  await site?.end();
  await kubectl("delete", "namespace", "bounds-apps", "--ignore-not-found", "--wait=false");
  await localOk(["stop", "--name", other]);
  await rm(directory, { recursive: true });
});

test("the wrong cluster is refused by up and by destroy, and nothing is changed; a refresh there is undone by an up", async () => {
  const mine = join(directory, "kubeconfig");
  await copyFile(kubeconfig, mine);
  await kubectl("create", "namespace", "bounds-apps");
  site = await Site.create("bound", {
    cluster: { kubeconfig: mine },
    nodeAddress: address,
    namespace: "bounds-bound",
    port: "5061",
    storage: { reachAt: `${address}:5062` },
    pullSecret: { namespaces: ["bounds-apps"] },
    keepImages: "false",
  });
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
