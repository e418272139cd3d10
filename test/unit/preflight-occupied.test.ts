/** Ports of nodes and names that another registry, or anything else, has in the cluster already. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterClient } from "../../cluster/client.ts";
import { ingressNginx, traefik, traefikPassthrough } from "../../render/ingress.ts";
import { occupied } from "../../stacks/preflight/occupied.ts";
import { items, named } from "../support/cluster-objects.ts";
import { external, least, meant } from "../support/example-settings.ts";
import { type Answers, refusal, sharedKubeApi } from "../support/kube-api.ts";

const api = await sharedKubeApi();
const stack = "edge-registry.dev";

async function said(answers: Answers, settings: object = {}, controller = ingressNginx, trusting = true) {
  api.answers = answers;
  api.asked.length = 0;
  const client = new ClusterClient({ kubeconfig: api.kubeconfig });
  const place = { node: "node-1", ingressClass: "nginx", controller, trusting };
  return occupied(client, meant({ ...least, ...settings }), place, stack);
}

const owned = (by?: string) => ({
  namespace: "other",
  ...(by !== undefined && { labels: { "edge-registry/stack": by } }),
});

const pods = "/api/v1/pods?fieldSelector=spec.nodeName=node-1";
const pod = (port: number, by?: string, phase = "Running") => ({
  ...named("it", owned(by)),
  spec: { containers: [{}, { ports: [{ containerPort: 1 }, { hostPort: port }] }] },
  status: { phase },
});

test("a port of the node is named with the pod that has it", async () => {
  const both = items(pod(5045), pod(5046, "edge-registry.other"), pod(5047));
  assert.deepEqual(await said({ [pods]: both }), [
    "port: port 5045 of node-1 is pod other/it's: pulumi config set edge-registry:port ANOTHER",
    "storage.reachAt: port 5046 of node-1 is pod other/it's: pulumi config set --path edge-registry:storage.reachAt 192.0.2.10:ANOTHER",
  ]);
  const sidecar = { ...pod(1), spec: { containers: [], initContainers: [{ ports: [{ hostPort: 5045 }] }] } };
  assert.equal((await said({ [pods]: items(sidecar) })).length, 1);
});

test("this stack's own pods, those that end or have ended and what is not opened count for nothing", async () => {
  const harmless = items(pod(5045, stack), pod(5045, undefined, "Succeeded"), pod(5046, undefined, "Failed"));
  assert.deepEqual(await said({ [pods]: harmless }), []);
  const going = { ...pod(5045), ...named("it", { deletionTimestamp: "2026-01-01T00:00:00Z" }) };
  assert.deepEqual(await said({ [pods]: items(going) }), []);
  const datagrams = { ...pod(1), spec: { containers: [{ ports: [{ hostPort: 5045, protocol: "UDP" }] }] } };
  assert.deepEqual(await said({ [pods]: items(datagrams) }), []);
  const taken = items(pod(5045), pod(5046), pod(30045));
  assert.deepEqual(await said({ [pods]: taken }, { expose: "nodePort", storage: external }), []);
  assert.ok(!api.asked.includes(`GET ${pods}`));
});

test("a node port is named with the Service that has it", async () => {
  const service = (by?: string) => ({ ...named("it", owned(by)), spec: { ports: [{ nodePort: 30045 }] } });
  const list = (...services: readonly object[]) => ({ "/api/v1/services": items(...services) });
  const headless = { ...named("plain", owned()), spec: {} };
  assert.deepEqual(await said(list(service(), service(stack), headless), { expose: "nodePort" }), [
    "port: 30045 of every node leads to Service other/it already: pulumi config set edge-registry:port ANOTHER",
  ]);
  assert.deepEqual(await said(list(service()), { expose: "nodePort", port: 30046 }), []);
  assert.deepEqual(await said(list(service()), { port: 30045 }), []);
});

test("a host is named with the Ingress of the same class that leads all of it elsewhere", async () => {
  const ingress = (host: string, { path = "/", className = "nginx", by = "edge-registry.other" } = {}) => ({
    ...named("it", owned(by)),
    spec: { ingressClassName: className, rules: [{ host, http: { paths: [{ path }] } }] },
  });
  const asked = (one: object) =>
    said(
      { "/apis/networking.k8s.io/v1/ingresses": items(one) },
      { host: "registry.example", expose: { kind: "ingress", ingressClass: "nginx" }, storage: external },
    );
  assert.deepEqual(await asked(ingress("registry.example")), [
    "host: Ingress other/it has registry.example already: pulumi config set edge-registry:host ANOTHER",
  ]);
  const others = [
    ingress("else.example"),
    ingress("registry.example", { path: "/app" }),
    ingress("registry.example", { className: "inside" }),
    ingress("registry.example", { by: stack }),
  ];
  for (const one of others) assert.deepEqual(await asked(one), []);
});

const routes = "/apis/traefik.io/v1alpha1/ingressroutetcps";

test("a host is named with what has Traefik pass it on elsewhere", async () => {
  const led = { host: "registry.example", expose: { kind: "ingress" }, storage: external };
  const asked = (one: unknown, settings: object = {}) =>
    said({ [routes]: one }, { ...led, ...settings }, traefik);
  const route = (match: string, { by = "edge-registry.other", annotations = {} } = {}) =>
    items({ ...named("it", { ...owned(by), annotations }), spec: { routes: [{ match }] } });
  const sentence =
    "host: IngressRouteTCP other/it has registry.example already: pulumi config set edge-registry:host ANOTHER";
  const made = { ...named("it", owned()), spec: traefikPassthrough("registry.example", "it", 443) };
  assert.deepEqual(await asked(items(made)), [sentence]);
  const ending = { expose: { kind: "ingress", tlsSecret: "tls" } };
  assert.deepEqual(await asked(items(made), ending), [sentence]);
  for (const match of [
    "HostSNI(`else.example`) || HostSNI(`registry.example`)",
    "HostSNI(`else.example`, `Registry.example`)",
    'HostSNI("registry.example") && ALPN("h2")',
  ])
    assert.deepEqual(await asked(route(match)), [sentence], match);
  const annotations = { "kubernetes.io/ingress.class": "inside" };
  const others = [
    route("HostSNI(`*`)"),
    route("HostSNI(`a.registry.example`)"),
    route("HostSNIRegexp(`registry.example`)"),
    route("HostSNI(`registry.example`)", { by: stack }),
    route("HostSNI(`registry.example`)", { annotations }),
    items({ ...named("it", owned()), spec: {} }),
    refusal(404, "the server could not find it"),
  ];
  for (const one of others) assert.deepEqual(await asked(one), []);
  const inside = { expose: { kind: "ingress", annotations } };
  assert.deepEqual(await asked(route("HostSNI(`registry.example`)", { annotations }), inside), [sentence]);
});

test("only Traefik is asked for what it alone reads", async () => {
  const led = { host: "registry.example", expose: { kind: "ingress" }, storage: external };
  await said({}, led);
  assert.ok(!api.asked.includes(`GET ${routes}`));
  await said({}, led, traefik);
  assert.ok(api.asked.includes(`GET ${routes}`));
});

test("a name that nodes trust as another's is named with that stack, whatever leads to either", async () => {
  const agents = "/api/v1/configmaps?labelSelector=app=node-trust";
  const agent = (registries: string, by = "edge-registry.other") => ({
    [agents]: items({ ...named("node-trust", owned(by)), data: { registries } }),
  });
  const balanced = { host: "registry.example", expose: "loadBalancer", storage: external };
  const asked = (answers: Answers, settings: object = {}) => said(answers, { ...balanced, ...settings });
  const sentence = (name: string) => [
    `host: nodes trust ${name} as stack edge-registry.other's already: destroy that one, or pulumi config set edge-registry:host ANOTHER`,
  ];
  assert.deepEqual(await asked(agent("192.0.2.1\nregistry.example\n")), sentence("registry.example"));
  const ported = agent("registry.example:8443\n");
  assert.deepEqual(await asked(ported, { port: 8443 }), sentence("registry.example:8443"));
  for (const [answers, settings] of [
    [ported, {}],
    [agent("a.registry.example\n"), {}],
    [agent("registry.example\n", stack), {}],
    [{ [agents]: items(named("node-trust", owned("edge-registry.other"))) }, {}],
    [{ [agents]: refusal(403, "configmaps is forbidden") }, {}],
  ] as const)
    assert.deepEqual(await asked(answers, settings), []);
  assert.deepEqual(await said(agent("registry.example\n"), balanced, ingressNginx, false), []);
});

test("who may not look at all of the cluster goes on without", async () => {
  assert.deepEqual(await said({ [pods]: refusal(403, "pods is forbidden") }), []);
  await assert.rejects(said({ [pods]: refusal(500, "it is broken") }), { message: "it is broken" });
});
