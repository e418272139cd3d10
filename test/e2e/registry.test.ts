/**
 * The registry as somebody at a site has it: up, used, unchanged by itself, destroyed, taken over again. Against the
 * cluster of several nodes in $KUBECONFIG and its images; `node local/test/run.ts e2e registry` makes one.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { run } from "../../local/machine/run.ts";
import { pushLarge } from "../support/large-image.ts";
import { trustOnEach } from "../support/nodes.ts";
import { nodesOf, proofs } from "../support/proofs.ts";
import { kubectl, nodeAddresses, type Person, Site } from "../support/site.ts";
import {
  assertNoOtherWay,
  assertPullSecret,
  assertRoles,
  pushAllKinds,
  pushFromWithin,
} from "../support/usage.ts";
import { assertWhole, digestsOf } from "../support/whole-images.ts";

const namespace = "registry-e2e";
const host = "registry.site.example";
const ours = `${host}:5045`;
let site: Site;
let person: Person;
let nodes: readonly string[];
let address: string;
let untouched: Readonly<Record<string, string>>;
/** The push of a large layer, which goes on beside the first tests. */
let large: Promise<void>;
/** What was pushed, and the digest it had then. */
const pushed: string[] = [];
let digests: ReadonlyMap<string, string>;
let largeDigest: ReadonlyMap<string, string>;

before(async () => {
  const addresses = await nodeAddresses();
  nodes = Object.keys(addresses);
  address = addresses["node-1"] ?? "";
  for (const name of ["apps", "strangers"]) await kubectl("create", "namespace", name);
  untouched = await trustOnEach(nodes);
  site = await newSite();
});

const newSite = async () =>
  Site.create("site", {
    cluster: { context: (await kubectl("config", "current-context")).trim() },
    nodeAddress: address,
    host,
    namespace,
    pullSecret: { namespaces: ["apps"] },
  });

/** Has the next `up` begin with no state. */
async function loseState(): Promise<void> {
  const amnesiac = await newSite();
  await site.remove();
  site = amnesiac;
}

after(async () => {
  await site.end();
  await kubectl("delete", "namespace", "apps", "strangers", "--ignore-not-found", "--wait=false");
});

test("a preview of nothing shows what will be made, and makes nothing", async () => {
  const { changes } = await site.must("preview");
  assert.ok(
    changes.every((change) => change.startsWith("create ")),
    changes.join("\n"),
  );
  assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
});

test("up ends with a pod on each node, pulled from the registry by its name and by its address", async () => {
  await site.must("up");
  const lines = await proofs(namespace);
  assert.deepEqual(nodesOf(lines), nodes);
  for (const line of lines) assert.match(line, new RegExp(`${address}:5045/.*@sha256:.* ${ours}/.*@sha256:`));
  person = await site.person(address);
  large = pushLarge(person, "regUser", "large:1");
  large.catch(() => undefined); // said by the test that waits for it
});

test("the nodes output shows that each node trusts", async () => {
  const { nodes: command } = await site.stack.outputs();
  const shown = await run("sh", ["-c", `${command}`]);
  for (const node of nodes)
    assert.match(shown, new RegExp(`^${node} +containerd 2\\S+ +yes +1 \\([0-9a-f]{8}\\) +20.* UTC$`, "m"));
  assert.match(shown, new RegExp(`^${nodes.length} of ${nodes.length} nodes trust the registry$`, "m"));
});

test("nothing changes by itself: up, preview, refresh", async () => {
  assert.deepEqual((await site.must("up")).changes, []);
  assert.deepEqual((await site.must("preview")).changes, []);
  const refresh = await site.must("refresh");
  assert.deepEqual([...new Set(refresh.steps.map(({ op }) => op))], ["refresh"]);
  assert.match(refresh.stdout, /Resources:\n\s+\d+ unchanged/);
  assert.deepEqual((await site.must("preview")).changes, []);
});

test("images of all kinds are pushed and pulled", async () => {
  pushed.push(...(await pushAllKinds(person)));
  await large; // what became of it is looked at once, after all else that happens to it
});

test("who has no account is asked for one, and each account does what its role allows", () =>
  assertRoles(person));

test("another authority and plain HTTP are refused", () => assertNoOtherWay(person));

test("pods push by the internal address, and a port-forward is the registry too", async () => {
  pushed.push(...(await pushFromWithin(person, { namespace, pods: "apps" })));
});

test("a pod pulls with the pull secret, and is refused without", () =>
  assertPullSecret(`${ours}/many:1`, { with: "apps", without: "strangers" }));

test("destroy leaves what kept lists and nothing else, on the nodes as well", async () => {
  const { kept } = await site.stack.outputs();
  assert.deepEqual(kept, [
    `namespace ${namespace}`,
    `claim ${namespace}/object-store`,
    "bucket registry-edge",
    `configmap ${namespace}/edge-registry-kept`,
  ]);
  await kubectl("-n", "apps", "delete", "pod", "--all", "--wait=false");
  [digests, largeDigest] = await Promise.all([digestsOf(person, pushed), digestsOf(person, ["large:1"])]);
  await site.must("destroy");
  const left = await kubectl("-n", namespace, "get", everything, "--no-headers", "-o", "name");
  assert.deepEqual(left.trim().split("\n").sort(), [
    "configmap/edge-registry-kept",
    "configmap/kube-root-ca.crt",
    "persistentvolumeclaim/object-store",
    "serviceaccount/default",
  ]);
  assert.equal(await kubectl("get", "namespace", `${namespace}-nodes`, "--ignore-not-found"), "");
  assert.equal(await kubectl("-n", "apps", "get", "secrets", "-o", "name"), "secret/client\n");
  assert.doesNotMatch(
    await kubectl("-n", "apps", "get", "serviceaccount", "default", "-o", "json"),
    /ches-registry/,
  );
  assert.deepEqual(await trustOnEach(nodes), untouched);
});

test("the next up takes over what is kept, and all that was pushed pulls by its old digest", async () => {
  await site.must("up");
  person = await site.person(address);
  await assertWhole(person, digests);
});

test("so does one whose state was lost after the destroy: the cluster alone tells whose images they are", async () => {
  await site.must("destroy");
  await loseState();
  await site.must("up");
  person = await site.person(address);
  await assertWhole(person, new Map([...digests, ...largeDigest]));
});

test("and one whose state was lost while the registry runs", async () => {
  await loseState();
  await site.must("up");
  person = await site.person(address);
  assert.deepEqual(await digestsOf(person, pushed), digests);
});

test("with keepImages false all goes; the up before has nothing left of the lost authority", async () => {
  await site.set({ keepImages: "false" });
  await site.must("up");
  assert.deepEqual((await site.must("preview")).changes, []);
  assert.deepEqual((await site.stack.outputs()).kept, []);
  await site.must("destroy");
  assert.equal(await kubectl("get", "namespace", namespace, "--ignore-not-found"), "");
  const volumes = await kubectl(
    "get",
    "persistentvolumes",
    "-o",
    "jsonpath={.items[*].spec.claimRef.namespace}",
  );
  assert.ok(!volumes.split(" ").includes(namespace), volumes);
  assert.deepEqual(await trustOnEach(nodes), untouched);
});

const everything =
  "all,configmaps,secrets,persistentvolumeclaims,serviceaccounts,networkpolicies,roles,rolebindings,ingresses,poddisruptionbudgets";
