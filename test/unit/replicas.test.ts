/** Several registries: how they are kept apart, kept up, and told of each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { podsIn } from "../support/pods.ts";
import { variants } from "../support/stacks.ts";

const made = async (variant: string) => (await variants[variant]?.()) ?? assert.fail(variant);
const alone = await made("defaults");
const several = await made("replicas");
const scaled = await made("an autoscaler");
const specOf = (identity: string, recorded = several) => Object(recorded.one(identity).inputs.spec);

test("a new one is there before an old one goes, and a drained node takes one at a time", () => {
  const { replicas, strategy } = specOf("Deployment registry");
  assert.equal(replicas, 2);
  assert.deepEqual(strategy, { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } });
  const { maxUnavailable, selector, unhealthyPodEvictionPolicy } = specOf("PodDisruptionBudget registry");
  assert.deepEqual([maxUnavailable, unhealthyPodEvictionPolicy], [1, "AlwaysAllow"]);
  assert.partialDeepStrictEqual(podsIn(several, "Deployment registry").labels, selector.matchLabels);
});

test("they are spread over zones and nodes, but start where there is only one", () => {
  const { spec, labels } = podsIn(several, "Deployment registry");
  // The scheduler leaves a node that lacks any constraint's label out of all of them, and not every cluster has zones.
  const over = spec.topologySpreadConstraints?.map(({ topologyKey, whenUnsatisfiable }) => [
    topologyKey,
    whenUnsatisfiable,
  ]);
  assert.deepEqual(over, [["kubernetes.io/hostname", "ScheduleAnyway"]]);
  const { podAntiAffinity, ...required } = Object(spec.affinity);
  assert.deepEqual(required, {});
  const { preferredDuringSchedulingIgnoredDuringExecution: wishes, ...musts } = podAntiAffinity;
  assert.deepEqual(musts, {});
  const [{ podAffinityTerm }] = wishes;
  assert.equal(podAffinityTerm.topologyKey, "topology.kubernetes.io/zone");
  for (const each of [...(spec.topologySpreadConstraints ?? []), podAffinityTerm]) {
    assert.partialDeepStrictEqual(labels, each.labelSelector.matchLabels);
    // Those of before a change would be counted with the new ones, and leave one zone to these.
    assert.deepEqual(each.matchLabelKeys, ["pod-template-hash"]);
  }
});

test("the priority class is the registry's and the store's", () => {
  for (const workload of ["Deployment registry", "Deployment store"]) {
    assert.equal(podsIn(several, workload).spec.priorityClassName, "important");
    assert.equal(podsIn(alone, workload).spec.priorityClassName, undefined);
  }
});

test("an autoscaler alone says how many there are", () => {
  assert.equal(specOf("Deployment registry", scaled).replicas, undefined);
  const { scaleTargetRef, minReplicas, maxReplicas, metrics } = specOf(
    "HorizontalPodAutoscaler registry",
    scaled,
  );
  assert.deepEqual(scaleTargetRef, { apiVersion: "apps/v1", kind: "Deployment", name: "registry" });
  assert.deepEqual([minReplicas, maxReplicas], [2, 5]);
  assert.equal(metrics[0].resource.target.averageUtilization, 200);
  for (const { name, resources } of podsIn(scaled, "Deployment registry").containers)
    assert.match(resources?.requests?.cpu ?? "", /^\d+m$/, `${name}: its share is taken of what it asks for`);
});

test("one that ends is sent nobody before it stops listening, and has time for what is in flight", () => {
  for (const [recorded, delay] of [
    [alone, 2],
    [several, 15],
  ] as const) {
    const config = JSON.parse(Object(recorded.one("Secret registry-config").inputs.stringData)["caddy.json"]);
    assert.equal(config.apps.http.shutdown_delay, `${delay}s`);
    const { terminationGracePeriodSeconds = 0 } = podsIn(recorded, "Deployment registry").spec;
    assert.equal(terminationGracePeriodSeconds, delay + 38);
    const { patienceSeconds } = recorded.one("pods-gone registry-gone").inputs;
    assert.ok(Number(patienceSeconds) > terminationGracePeriodSeconds);
  }
});

test("only one that is alone remembers blobs", () => {
  const cacheOf = (recorded: typeof several) =>
    JSON.parse(Object(recorded.one("Secret registry-config").inputs.stringData)["config.yml"]).storage.cache;
  assert.notEqual(cacheOf(alone), undefined);
  assert.equal(cacheOf(several), undefined);
});
