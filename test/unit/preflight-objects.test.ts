/** Whatever a stack makes under a fixed name in a namespace that exists: nobody else's is taken over for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterClient } from "../../cluster/client.ts";
import { foreignObjects } from "../../stacks/preflight/objects.ts";
import { items, named } from "../support/cluster-objects.ts";
import { least, meant } from "../support/example-settings.ts";
import { type Answers, refusal, sharedKubeApi } from "../support/kube-api.ts";
import type { Registration } from "../support/recorded.ts";
import { variants } from "../support/stacks.ts";

const api = await sharedKubeApi();
const stack = "edge-registry.dev";
const ours = { labels: { "edge-registry/stack": stack } };

/** What is said where these lists are there, and what was asked for. */
async function said(answers: Answers, settings: object = {}) {
  api.answers = answers;
  api.asked.length = 0;
  const client = new ClusterClient({ kubeconfig: api.kubeconfig });
  const wanted = meant({ ...least, namespace: { existing: "edge-registry" }, ...settings });
  return foreignObjects(client, wanted, stack);
}

const everything = {
  host: "registry.example",
  expose: "ingress",
  metrics: "on",
  replicas: { least: 2, most: 3 },
};

/** The path of the list that an object is in. */
function listOf({ type }: Registration): string {
  const [, group = "", kind = ""] = type.split(":");
  const plural = `${kind.toLowerCase().replace(/y$/, "ie").replace(/ss$/, "sse")}s`;
  return `/${group === "core/v1" ? "api/v1" : `apis/${group}`}/namespaces/edge-registry/${plural}`;
}

/** Stacks that have between them all kinds of objects. */
const stacks = [
  "defaults",
  "metrics and an operator",
  "an autoscaler",
  "ingress ending TLS",
  "Traefik passing TLS",
  "Traefik ending TLS",
];

test("each object with a fixed name is looked for", async () => {
  /** Of all stacks, the names by the path of their list. */
  const fixed = new Map<string, Set<string>>();
  for (const variant of stacks) {
    const { all } = (await variants[variant]?.()) ?? { all: [] };
    const inIt = all.filter(({ type, inputs }) => {
      const { name, namespace } = Object(inputs.metadata);
      const isIn = type.startsWith("kubernetes:") && namespace === "edge-registry";
      return isIn && typeof name === "string" && !type.endsWith("Patch");
    });
    assert.ok(inIt.length > 10, `${variant}: ${inIt.length}`);
    for (const one of inIt) {
      const names = fixed.get(listOf(one)) ?? new Set();
      fixed.set(listOf(one), names.add(Object(one.inputs.metadata).name));
    }
  }
  const held = (metadata?: object) =>
    Object.fromEntries(
      [...fixed].map(([path, names]) => [path, items(...[...names].map((name) => named(name, metadata)))]),
    );
  const sentences = [...fixed].flatMap(([path, names]) =>
    [...names].map(
      (name) =>
        `namespace.existing: edge-registry has ${path.split("/").at(-1)}/${name} already, and it is not this stack's: choose another namespace, or remove it`,
    ),
  );
  assert.deepEqual((await said(held(), everything)).toSorted(), sentences.toSorted());
  assert.deepEqual(await said(held(ours), everything), []);
});

test("a claim that others made is taken over where that is wanted", async () => {
  const claims = "/api/v1/namespaces/edge-registry/persistentvolumeclaims";
  const theirs = { [claims]: items(named("object-store")) };
  assert.equal((await said(theirs)).length, 1);
  assert.deepEqual(await said(theirs, { storage: { adopt: true } }), []);
});

const traefik = "/apis/traefik.io/v1alpha1/namespaces/edge-registry/ingressroutetcps";

test("kinds that the stack makes nothing of are not asked for", async () => {
  assert.deepEqual(await said({ [traefik]: items(named("registry")) }), []);
  assert.deepEqual(
    api.asked.filter((one) => /traefik|coreos|autoscaling/.test(one)),
    [],
  );
});

test("a cluster that does not have a kind has no object of it, and what else is refused is told", async () => {
  assert.deepEqual(await said({ [traefik]: refusal(404, "the server could not find it") }, everything), []);
  assert.ok(api.asked.includes(`GET ${traefik}`));
  const forbidden = said({ [traefik]: refusal(403, "it is forbidden") }, everything);
  await assert.rejects(forbidden, { message: "it is forbidden" });
});
