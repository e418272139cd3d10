import assert from "node:assert/strict";
import { test } from "node:test";
import { provider } from "../../resources/load-balancer-address.ts";
import { named } from "../support/cluster-objects.ts";
import { type Answers, refusal, sharedKubeApi } from "../support/kube-api.ts";

const api = await sharedKubeApi();
const asked = (news: object = {}) => ({
  cluster: { kubeconfig: api.kubeconfig },
  namespace: "edge",
  service: "registry",
  uid: "uid-1",
  forHosts: false,
  patienceSeconds: 0,
  ...news,
});
const path = "/api/v1/namespaces/edge/services/registry";
const balanced = (...ingress: readonly object[]): Answers => ({
  [path]: { ...named("registry"), status: { loadBalancer: { ingress } } },
});

test("the address is the load balancer's, an IP or a name, and is told at once", async (t) => {
  const told = t.mock.method(console, "error", () => {});
  api.answers = balanced({ ip: "203.0.113.7" }, { ip: "203.0.113.8" });
  const { id, outs } = await provider.create(asked());
  assert.deepEqual([id, outs.address], ["edge/registry", "203.0.113.7"]);
  assert.match(`${told.mock.calls[0]?.arguments[0]}`, /address is 203\.0\.113\.7: a DNS record/);
  api.answers = balanced({ hostname: "lb.example.com" });
  assert.equal((await provider.create(asked())).outs.address, "lb.example.com");
});

test("a name is no address for hosts files", async () => {
  api.answers = balanced({ hostname: "lb.example.com" });
  await assert.rejects(
    provider.create(asked({ forHosts: true })),
    /^Error: nodeTrust\.hosts: expected .* got one with the name lb\.example\.com: give .*hosts false$/,
  );
  api.answers = balanced({ ip: "2001:db8::7" });
  assert.equal((await provider.create(asked({ forHosts: true }))).outs.address, "2001:db8::7");
});

test("it is waited for, and its lack is told with what to do", async () => {
  api.answers = { [path]: { ...named("registry"), status: { loadBalancer: {} } } };
  await assert.rejects(
    provider.create(asked()),
    /Service edge\/registry has no address: see what kubectl .* expose nodePort/,
  );
  const later = setTimeout(() => {
    api.answers = balanced({ ip: "203.0.113.7" });
  }, 300);
  const { outs } = await provider.create(asked({ patienceSeconds: 20 }));
  clearTimeout(later);
  assert.equal(outs.address, "203.0.113.7");
});

const changes = async (address: string, news: object = {}) =>
  (await provider.diff?.({ ...asked(), address }, asked(news)))?.changes;

test("nothing changes while the address stays, and another one is noticed", async () => {
  api.answers = balanced({ ip: "203.0.113.7" });
  assert.equal(await changes("203.0.113.7"), false);
  assert.equal(await changes("203.0.113.9"), true);
  assert.equal(await changes("203.0.113.7", { service: "other" }), true);
});

test("of several addresses the known one is kept, wherever it stands, until it is gone", async () => {
  const updated = async (address: string, news: object = {}) =>
    (await provider.update?.("id", { ...asked(), address }, asked(news)))?.address;
  api.answers = balanced({ ip: "203.0.113.6" }, { ip: "203.0.113.7" });
  assert.equal(await changes("203.0.113.7"), false);
  assert.equal(await updated("203.0.113.7", { patienceSeconds: 1 }), "203.0.113.7");
  assert.equal(await changes("203.0.113.9"), true);
  assert.equal(await updated("203.0.113.9"), "203.0.113.6");
  const other = "/api/v1/namespaces/edge/services/other";
  api.answers = { [other]: api.answers[path] };
  assert.equal(await updated("203.0.113.7", { service: "other" }), "203.0.113.7");
});

test("hosts files get the first address that is no name", async () => {
  api.answers = balanced({ hostname: "lb.example.com" }, { ip: "203.0.113.7" });
  assert.equal((await provider.create(asked({ forHosts: true }))).outs.address, "203.0.113.7");
  assert.equal((await provider.create(asked())).outs.address, "lb.example.com");
});

test("a Service in the place of another is waited for, and not taken for the one that was there", async () => {
  api.answers = { [path]: { ...named("registry"), status: { loadBalancer: {} } } };
  assert.equal(await changes("203.0.113.7"), false);
  assert.equal(await changes("203.0.113.7", { uid: "uid-2" }), true);
});

test("a preview without the cluster, or without an address, keeps what is known", async () => {
  api.answers = { [path]: refusal(500, "no") };
  assert.equal(await changes("203.0.113.7"), false);
  api.answers = {};
  assert.equal(await changes("203.0.113.7"), false);
});
