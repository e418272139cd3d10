/**
 * What docs/operations.md tells to do: a node that is lost while its images were saved, and registries that somebody
 * set up by hand. Against the local cluster of three nodes in $KUBECONFIG; `node local/test/run.ts e2e store-recovery`
 * makes one.
 */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { identityOf } from "../../local/cluster/identity.ts";
import { run } from "../../local/machine/run.ts";
import { eventually } from "../../local/test/support/cli.ts";
import { Crane } from "../support/crane.ts";
import { clusterName, onNode, power } from "../support/nodes.ts";
import { freePort, Program } from "../support/program.ts";
import { RegistryPod } from "../support/registry-pod.ts";
import { kubectl, nodeAddresses, Site } from "../support/site.ts";

let addresses: Readonly<Record<string, string>>;
let scratch: string;

before(async () => {
  addresses = await nodeAddresses();
  scratch = await mkdtemp("/tmp/edge-registry-recovery-");
});

after(() => rm(scratch, { recursive: true }));

async function siteOn(t: TestContext, node: string, name: string, storage: object, more: object = {}) {
  const site = await Site.create(name, {
    cluster: { kubeconfig: process.env.KUBECONFIG },
    ...placed(node, storage),
    namespace: name,
    port: "5093",
    pullSecret: { namespaces: [] },
    proof: "off",
    nodeTrust: "off",
    keepImages: "false",
    ...more,
  });
  t.after(async () => {
    await site.end();
  });
  return site;
}

const placed = (node: string, storage: object) => ({
  nodeAddress: addresses[node],
  storage: { reachAt: `${addresses[node]}:5094`, ...storage },
});

/** The files of a node, as this machine sees them. */
const filesOf = (node: string) => join(identityOf(clusterName()).directory, "machines", node);

test("registries set up by hand are taken over, on an S3 server or in a plain folder, and go on", async (t) => {
  const folder = "/var/lib/edge-by-hand";
  const here = join(filesOf("node-1"), folder);
  await mkdir(here, { recursive: true });

  // By hand: a bucket of versitygw's under keys of its own, and distribution's own storage of files.
  const pod = await RegistryPod.start();
  t.after(() => pod.stop());
  const s3 = new Crane(join(scratch, "s3"), `127.0.0.1:${pod.ports.gateway}`, pod.authority);
  await s3.signIn("them", pod.account("push"));
  await s3.pushEmpty("them", "theirs:1");
  const inBucket = await s3.run("them", "digest", s3.image("theirs:1"));
  await Promise.all([pod.gateway, pod.registry, pod.store].map((program) => program.kill()));
  const port = await freePort();
  const config = join(scratch, "registry.yml");
  const rootdirectory = join(scratch, "registry");
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      storage: { filesystem: { rootdirectory } },
      http: { addr: `127.0.0.1:${port}` },
    }),
  );
  const plain = new Program({
    command: ["registry", "serve", config],
    port,
    env: { OTEL_TRACES_EXPORTER: "none" },
  });
  t.after(() => plain.kill());
  await plain.start();
  const files = new Crane(join(scratch, "files"), `127.0.0.1:${port}`, pod.authority);
  await mkdir(join(scratch, "files/them"), { recursive: true });
  await files.pushEmpty("them", "plain:1");
  const inFiles = await files.run("them", "digest", files.image("plain:1"));
  await plain.kill();

  await run("cp", ["-a", join(pod.directory, "data/images"), here]);
  await run("cp", ["-a", rootdirectory, join(here, "plain-files")]);

  const storage = { hostPath: folder, adopt: true };
  const site = await siteOn(t, "node-1", "by-hand", storage, { bucket: "images" });
  await onNode("node-1", `touch ${folder}/.edge-registry`);
  for (const [bucket, image, digest] of [
    ["images", "theirs:1", inBucket],
    ["plain-files", "plain:1", inFiles],
  ] as const) {
    await site.set({ bucket });
    await site.must("up");
    const { crane } = await site.person(addresses["node-1"]);
    assert.equal(await crane.run("regPuller", "digest", crane.image(image)), digest);
    await crane.run("regPuller", "pull", crane.image(image), join(scratch, `${bucket}.tar`));
    await crane.pushEmpty("regUser", "ours:1");
    await crane.pushEmpty("regUser", image);
  }
  assert.deepEqual((await site.must("preview")).changes, []);
});

test("a lost node's images go on from their claim's backup in a folder of another, by the next up", async (t) => {
  const hostPath = "/var/lib/edge-recovery";
  const site = await siteOn(t, "node-3", "lost-node", {});
  await site.must("up");
  const volume = await kubectl(
    ...["-n", "lost-node", "get", "pvc", "object-store", "-o", "jsonpath={.spec.volumeName}"],
  );
  const folder = await kubectl("get", "pv", volume, "-o", "jsonpath={.spec.hostPath.path}{.spec.local.path}");
  const { crane } = await site.person(addresses["node-3"]);
  await crane.pushEmpty("regUser", "saved:1");
  const digest = await crane.run("regPuller", "digest", crane.image("saved:1"));
  await onNode("node-3", `tar --xattrs --xattrs-include='user.*' -C ${folder} -czf /root/images.tar.gz .`);
  const backup = join(scratch, "images.tar.gz");
  await run("cp", [join(filesOf("node-3"), "root/images.tar.gz"), backup]);

  await power("off", "node-3");
  t.after(async () => {
    await power("on", "node-3");
    await eventually("node-3 to be Ready again", 60, async () => {
      const condition = '{.status.conditions[?(@.type=="Ready")].status}';
      const ready = await kubectl("get", "node", "node-3", "-o", `jsonpath=${condition}`);
      return ready === "True" ? true : undefined;
    });
    // Its volume goes once its node can be asked again.
    await kubectl("delete", "pv", volume, "--ignore-not-found");
    await onNode("node-3", `rm -rf ${folder}`);
  });
  await kubectl("delete", "node", "node-3");
  const there = ["--all-namespaces", "--field-selector", "spec.nodeName=node-3"];
  await kubectl("delete", "pods", ...there, "--force");
  await run("cp", [backup, join(filesOf("node-2"), "root/")]);
  await onNode(
    "node-2",
    `mkdir -p ${hostPath} && tar --xattrs --xattrs-include='user.*' -C ${hostPath} -xzf /root/images.tar.gz && touch ${hostPath}/.edge-registry`,
  );
  const elsewhere = placed("node-2", { hostPath });
  await site.set(elsewhere);
  const refused = await site.stack.up();
  assert.notEqual(refused.code, 0);
  assert.match(refused.stdout, /the images are in claim lost-node\/object-store/);
  await site.set({ storage: { ...elsewhere.storage, adopt: true } });
  await site.must("up");
  const after = await site.person(addresses["node-2"]);
  assert.equal(await after.crane.run("regPuller", "digest", after.crane.image("saved:1")), digest);
  await after.crane.pushEmpty("regUser", "saved:2");
  await site.set(elsewhere);
  assert.deepEqual((await site.must("preview")).changes, []);
});
