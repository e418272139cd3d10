import assert from "node:assert/strict";
import { test } from "node:test";
import { Home, type HomeArgs } from "../../components/home.ts";
import { changed } from "../../resources/handler.ts";
import { registered } from "../support/mocks.ts";

const home = (news: Partial<HomeArgs> = {}) =>
  registered(() => {
    const namespace = { name: "edge", create: true };
    const where = { cluster: { context: "site" }, clusterId: "uid-1", server: "https://one", stack: "p.s" };
    return void new Home("home", { ...where, namespace, excuses: [], keep: true, nodes: true, ...news });
  });

const security = "pod-security.kubernetes.io";
const metadataOf = (inputs: unknown) => Object(inputs).metadata;

test("a namespace is restricted unless something is excused, and then says why", async () => {
  const strict = metadataOf((await home()).one("Namespace home").inputs);
  assert.equal(strict.labels[`${security}/enforce`], "restricted");
  assert.deepEqual(strict.annotations ?? {}, {});
  const excused = metadataOf((await home({ excuses: ["a", "b"] })).one("Namespace home").inputs);
  assert.equal(excused.labels[`${security}/enforce`], "privileged");
  assert.equal(excused.labels[`${security}/warn`], "restricted");
  assert.equal(excused.annotations["edge-registry/privileged-because"], "a; b");
  assert.equal(excused.labels["edge-registry/stack"], "p.s");
});

test("only the namespace of images is kept, and an existing one is not made", async () => {
  const kept = async (news: Partial<HomeArgs>) =>
    (await home(news))
      .of("Namespace")
      .map(({ name, retainOnDelete }) => `${name} ${retainOnDelete}`)
      .sort();
  assert.deepEqual(await kept({}), ["home true", "home-nodes false"]);
  assert.deepEqual(await kept({ keep: false }), ["home false", "home-nodes false"]);
  assert.deepEqual(await kept({ nodes: false }), ["home true"]);
  assert.deepEqual(await kept({ namespace: { name: "theirs", create: false } }), ["home-nodes false"]);
});

test("each namespace has its dead pods forgotten before it goes, an existing one too", async () => {
  const forgotten = async (news: Partial<HomeArgs>) =>
    (await home(news)).of("dead-pods").map(({ name, inputs }) => [name, inputs.namespace, inputs.stack]);
  const own = ["home-dead-pods", "edge", "p.s"];
  assert.deepEqual(await forgotten({}), [own, ["home-nodes-dead-pods", "edge-nodes", "p.s"]]);
  assert.deepEqual(await forgotten({ nodes: false }), [own]);
  const theirs = { name: "theirs", create: false };
  assert.deepEqual(await forgotten({ namespace: theirs, nodes: false }), [
    ["home-dead-pods", "theirs", "p.s"],
  ]);
});

test("a namespace that is made here and not kept begins to go while its pods end", async () => {
  const going = async (news: Partial<HomeArgs>) =>
    (await home(news)).of("dead-pods").map(({ inputs }) => inputs.namespaceUid);
  assert.deepEqual(await going({ keep: false }), ["uid-of-home", "uid-of-home-nodes"]);
  assert.deepEqual(await going({ keep: true }), ["", "uid-of-home-nodes"]);
  const theirs = { name: "theirs", create: false };
  assert.deepEqual(await going({ namespace: theirs, keep: false }), ["", "uid-of-home-nodes"]);
});

test("a namespace that is kept from now on is known to be so by what would delete it", async () => {
  const inputsOf = async (keep: boolean) => (await home({ keep })).one("dead-pods home-dead-pods").inputs;
  const [gone, kept] = [await inputsOf(false), await inputsOf(true)];
  assert.deepEqual(changed(gone, kept), ["namespaceUid"]);
});

test("the provider is bound to the named cluster, once that is known to be the right one", async () => {
  const recorded = await home();
  const provider = recorded.one("pulumi:kubernetes home-kubernetes");
  assert.partialDeepStrictEqual(provider.inputs, { context: "site", upsertExistingObjects: "true" });
  assert.deepEqual(provider.dependsOn, ["home-cluster"]);
  const { uid, server } = recorded.one("cluster-binding home-cluster").inputs;
  assert.deepEqual([uid, server], ["uid-1", "https://one"]);

  assert.ok(!("uid" in (await home({ clusterId: undefined })).one("cluster-binding home-cluster").inputs));
});
