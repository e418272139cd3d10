/**
 * The target cloud as it is by default: two registries behind a load balancer, images in an S3 service outside the
 * cluster, and nodes that trust and pull. The load balancer's part the test plays: it gives the Service an address, and a
 * node that. Against the local cluster in $KUBECONFIG, with versitygw on PATH; `node local/test/run.ts e2e exposure` makes
 * one.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "../../local/test/support/cli.ts";
import { pushLarge } from "../support/large-image.ts";
import { Load } from "../support/load.ts";
import { onNode, trustOnEach } from "../support/nodes.ts";
import { s3ServerOutside } from "../support/outside.ts";
import { pipeline } from "../support/pipeline.ts";
import { nodesOf, proofs } from "../support/proofs.ts";
import type { S3Server } from "../support/s3-server.ts";
import { kubectl, nodeAddresses, type Person, Site } from "../support/site.ts";
import {
  assertNoOtherWay,
  assertPullSecret,
  assertRoles,
  pushAllKinds,
  pushFromWithin,
} from "../support/usage.ts";
import { assertWhole, digestsOf } from "../support/whole-images.ts";

const namespace = "exposure-e2e";
const [apps, strangers] = ["exposure-apps", "exposure-strangers"] as const;
let server: S3Server;
let site: Site;
let person: Person;
let load: Load;
let nodes: readonly string[];
/** What each node trusted before. */
let untouched: Readonly<Record<string, string>>;
/** An address of the nodes' network that no node has. */
let address: string;

const inNamespace = (...words: readonly string[]) => kubectl("-n", namespace, ...words);

/** Gives the Service an address, as a load balancer would. */
async function balanced(at: string): Promise<void> {
  const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: at }] } } });
  await eventually("the Service", 60, async () => {
    await inNamespace("patch", "service", "registry", "--subresource=status", "--type=merge", "-p", status);
    return true;
  });
}

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName: string };
}

async function registries(): Promise<readonly Pod[]> {
  const { items } = JSON.parse(await inNamespace("get", "pods", "-l", "app=registry", "-o", "json"));
  return items.filter(({ metadata }: Pod) => metadata.deletionTimestamp === undefined);
}

/** What clients met while something was done, and for a moment after it. */
async function underLoad(work: () => Promise<unknown>): Promise<readonly string[]> {
  load.take();
  await work();
  await load.works(60);
  const { done, troubles } = load.take();
  assert.ok(done.push > 5 && done.pull > 5, JSON.stringify(done));
  return troubles;
}

before(async () => {
  const addresses = await nodeAddresses();
  nodes = Object.keys(addresses);
  const node = addresses["node-1"] ?? "";
  address = node.replace(/\d+$/, "200");
  await onNode("node-1", `ip address add ${address}/32 dev eth0`);
  for (const name of [apps, strangers]) await kubectl("create", "namespace", name);
  untouched = await trustOnEach(nodes);
  server = await s3ServerOutside({ address: node, nodes });
  const { endpoint, accessKey, secretKey, caCertificate } = server.address;
  site = await Site.create("exposure", {
    target: "cloud",
    cluster: { context: (await kubectl("config", "current-context")).trim() },
    namespace,
    port: "8443",
    metrics: "on",
    storage: { endpoint, accessKey, secretKey, caCertificate },
    pullSecret: { namespaces: [apps] },
    keepImages: "false",
  });
});

after(async () => {
  await load?.stop();
  await site?.end();
  await server?.stop();
  await kubectl("delete", "namespace", apps, strangers, "--ignore-not-found", "--wait=false");
  await onNode("node-1", `ip address del ${address}/32 dev eth0`);
});

test("up waits for the load balancer's address, and each node pulls by it", async () => {
  // Nobody knows the address yet, and much follows from it.
  const { changes } = await site.must("preview");
  assert.ok(
    changes.length > 20 && changes.every((change) => change.startsWith("create ")),
    changes.join("\n"),
  );
  const up = site.must("up");
  await balanced(address);
  await up;
  person = await site.person();
  assert.equal(person.outputs.address, address);
  assert.equal(person.outputs.url, `https://${address}:8443`);
  const lines = await proofs(namespace);
  assert.deepEqual(nodesOf(lines), nodes);
  for (const line of lines) assert.match(line, new RegExp(` ${address}:8443/`));
  const hosts = (await registries()).map(({ spec }) => spec.nodeName);
  assert.equal(new Set(hosts).size, 2, `${hosts}`);
});

test("images of all kinds are pushed and pulled, through either registry, one of them of 300 MB", async () => {
  const large = pushLarge(person, "regUser", "large:1");
  const pushed = await pushAllKinds(person);
  await large;
  await assertWhole(person, await digestsOf(person, [...pushed, "large:1"]));
});

test("each account does what its role allows; another authority and plain HTTP are refused", async () => {
  await assertRoles(person);
  await assertNoOtherWay(person);
});

test("pods push by the internal address, a port-forward is the registry too, and a pull secret lets pods pull", async () => {
  await pushFromWithin(person, { namespace, pods: apps });
  await assertPullSecret(`${address}:8443/many:1`, { with: apps, without: strangers });
  await kubectl("-n", apps, "delete", "pod", "--all", "--wait=false");
});

/** Runs what docs/ci.md has a job run, and expects it to end with this code. */
async function job(script: string, code: number, env: Readonly<Record<string, string>> = {}) {
  const ran = await site.stack.job(script, env);
  assert.equal(ran.code, code, `${script}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

test("nothing changes by itself, and the jobs of docs/ci.md can tell", async () => {
  const up = await job(pipeline.merged, 0);
  assert.match(up, /^Resources:\n +\d+ unchanged\n/m);
  assert.equal(up.trim().split("\n").at(-1), person.outputs.url);
  const { steps } = await site.must("refresh");
  assert.deepEqual([...new Set(steps.map(({ op }) => op))], ["refresh"]);
  await job(pipeline.nightly, 0);
  await site.set({ replicas: "3" });
  assert.match(await job(pipeline.proposed, 0), /^ +~ replicas *: 2 => 3$/m);
  assert.match(await job(pipeline.nightly, 7), /^ +~ replicas *: 2 => 3$/m);
  const { changes } = await site.must("preview");
  assert.deepEqual(changes, ["update Deployment registry", "update deployment-ready registry-ready"]);
  await site.set({ replicas: "none" });
  await job(pipeline.proposed, 1);
  await job(pipeline.proposed, 6, { STACK: "nowhere" });
  await site.set({ replicas: "2" });
});

test("another address of the load balancer's is noticed by a preview, whatever else is as it was", async () => {
  await balanced(address.replace(/\d+$/, "201"));
  const { changes } = await site.must("preview");
  for (const change of [
    "update load-balancer-address exposure-address",
    "update ConfigMap node-trust-files",
    "update Secret registry-config",
  ])
    assert.ok(changes.includes(change), `${change} is not among\n${changes.join("\n")}`);
  await balanced(address);
  assert.deepEqual((await site.must("preview")).changes, []);
});

test("a rolling restart fails no push and no pull", async () => {
  load = await Load.start(person, {
    ...{ pushers: 2, pullers: 2, layerKibibytes: 256 },
    ...{ pauseMillis: 200, timeoutSeconds: 60 },
  });
  const troubles = await underLoad(async () => {
    await inNamespace("rollout", "restart", "deployment/registry");
    await inNamespace("rollout", "status", "deployment/registry", "--timeout=180s");
  });
  assert.deepEqual(troubles, []);
});

test("a node that is drained fails none either", async () => {
  const [pod] = await registries();
  const node = pod?.spec.nodeName ?? assert.fail("no registry");
  try {
    const troubles = await underLoad(async () => {
      const drain = ["drain", node, "--pod-selector=app=registry", "--delete-emptydir-data"];
      await kubectl(...drain, "--ignore-daemonsets", "--timeout=120s");
      await inNamespace("rollout", "status", "deployment/registry", "--timeout=120s");
    });
    assert.deepEqual(troubles, []);
    assert.ok((await registries()).every(({ spec }) => spec.nodeName !== node));
  } finally {
    await kubectl("uncordon", node);
  }
});

test("all that was acknowledged is there", async () => {
  await load.stop();
  assert.ok(load.acknowledged.size > 10);
  assert.deepEqual(await load.verify(), []);
});

test("destroy leaves nothing, in the cluster, on the nodes or in the S3 service", async () => {
  await job(pipeline.takenAway, 0);
  for (const name of [namespace, `${namespace}-nodes`])
    assert.equal(await kubectl("get", "namespace", name, "--ignore-not-found"), "");
  assert.equal(await kubectl("-n", apps, "get", "secrets", "-o", "name"), "secret/client\n");
  assert.deepEqual(await trustOnEach(nodes), untouched);
  assert.equal(await server.files(), undefined);
});
