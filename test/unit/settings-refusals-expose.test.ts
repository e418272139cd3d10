/** Wrong settings of how clients come to the registry, and to how many. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { external, least, problems } from "../support/example-settings.ts";
import { refuse } from "../support/refusals.ts";

const kinds = "expected hostPort or nodePort or loadBalancer or ingress, got";
const texts = 'expose.annotations: expected an object of texts such as {"example.com/key": "value"}, got';
const range = "expose.sourceRanges[0]: expected a network such as 192.0.2.0/24, got";
const remove = "run: pulumi config rm --path edge-registry:expose";

refuse([
  ["expose", "loadbalancer", /^expose: expected hostPort or .*, got loadbalancer; run/],
  [
    "expose",
    "LoadBalancer",
    `expose: ${kinds} LoadBalancer: it begins with a small letter; run: pulumi config set edge-registry:expose hostPort`,
  ],
  ["expose", "ClusterIP", /^expose: .*: people and nodes are outside of what only pods reach; run/],
  ["expose", [], /^expose: expected an object \{"kind": "loadBalancer", …\}, got a list$/],
  ["expose", { kind: "tunnel" }, /^expose\.kind: expected hostPort or .*, got tunnel; run/],
  [
    "expose",
    { kind: "hostPort", ports: [1] },
    "expose.ports: expected only kind, annotations, loadBalancerClass, sourceRanges, ingressClass, tlsSecret here, got an unknown key",
  ],
  [
    "expose",
    { kind: "loadBalancer", class: "x" },
    /^expose\.class: expected only .* here, got an unknown key/,
  ],
  ["expose", { kind: "loadBalancer", annotations: "a=b" }, `${texts} a text`],
  [
    "expose",
    { kind: "loadBalancer", annotations: { "a/b": true } },
    `${texts} "a/b" with a boolean: put it in quotes`,
  ],
  [
    "expose",
    { kind: "loadBalancer", annotations: { "a b": "c" } },
    `${texts} "a b" with a text: that is no key of an annotation`,
  ],
  [
    "expose",
    { kind: "loadBalancer", loadBalancerClass: "a class" },
    /^expose\.loadBalancerClass: expected a class such as example\.com\/internal, got "a class"; run/,
  ],
  [
    "expose",
    { kind: "loadBalancer", sourceRanges: ["10.1.2.3/8"] },
    `${range} 10.1.2.3/8: the network is 10.0.0.0/8`,
  ],
  [
    "expose",
    { kind: "loadBalancer", sourceRanges: "10.0.0.0/8" },
    /^expose\.sourceRanges: expected a list of networks/,
  ],
  [
    "expose",
    { kind: "loadBalancer", sourceRanges: ["10.0.0.0/8", "10.0.0.0/8"] },
    /^expose\.sourceRanges\[1\]: expected another than/,
  ],
  [
    "expose",
    { kind: "hostPort", sourceRanges: [] },
    `expose.sourceRanges: expected nothing where expose is no loadBalancer, got hostPort: only a load balancer has it; ${remove}.sourceRanges`,
  ],
  [
    "expose",
    { kind: "nodePort", loadBalancerClass: "a.b/c" },
    /^expose\.loadBalancerClass: expected nothing where expose is no loadBalancer, got nodePort/,
  ],
  [
    "expose",
    { kind: "loadBalancer", tlsSecret: "tls" },
    `expose.tlsSecret: expected nothing where expose is no ingress, got loadBalancer: only an Ingress has it; ${remove}.tlsSecret`,
  ],
  [
    "expose",
    { kind: "hostPort", ingressClass: "nginx" },
    /^expose\.ingressClass: expected nothing where expose is no ingress, got hostPort/,
  ],
  [
    "expose",
    { kind: "ingress", ingressClass: "Nginx" },
    /^expose\.ingressClass: expected a name of at most 253 .*, got Nginx$/,
  ],
  [
    "expose",
    { kind: "ingress", tlsSecret: "a_b" },
    /^expose\.tlsSecret: expected a name of at most 253 .*, got a_b$/,
  ],
  [
    "expose",
    "ingress",
    /^host: expected a name where expose is ingress, got nothing: an ingress controller tells by it whom a request is for; run/,
  ],
]);

refuse([
  ["replicas", "0", /^replicas: expected a whole number from 1 to 50, got 0; run/],
  ["replicas", "two", /^replicas: expected a whole number from 1 to 50, got two; run/],
  ["replicas", "51", /^replicas: expected a whole number from 1 to 50, got 51; run/],
  [
    "replicas",
    "2",
    "replicas: expected 1 where expose is hostPort, got 2: two pods cannot have one port of a node; run: pulumi config set edge-registry:expose nodePort",
  ],
  ["replicas", { least: 1, most: 4 }, /^replicas: expected 1 where expose is hostPort, got 4/],
  ["replicas", { max: 4 }, /^replicas\.max: expected only least, most, processorPercent here/],
  [
    "replicas",
    { processorPercent: 5 },
    /^replicas\.processorPercent: expected a whole number from 10 to 10000, got 5/,
  ],
  [
    "replicas",
    { processorPercent: 50 },
    "replicas.processorPercent: expected nothing without most, got 50: only an autoscaler looks at it",
  ],
  ["priorityClass", "Important", /^priorityClass: expected a name of at most 253 .*, got Important$/],
]);

const reachAt = { storage: { reachAt: "store.example.com:5046" } };

test("a node's address is asked for where a port of a node is opened, and only there", () => {
  const address =
    "nodeAddress: expected the IPv4 or IPv6 address of a node, got nothing; run: pulumi config set edge-registry:nodeAddress 192.0.2.10";
  assert.deepEqual(problems({}), [address]);
  assert.deepEqual(problems({ expose: "hostPort", ...reachAt }), [address]);
  assert.deepEqual(problems({ expose: "loadBalancer" }), [address]);
  assert.deepEqual(problems({ expose: "loadBalancer", ...reachAt }), []);
  assert.match(
    problems({ expose: "nodePort", ...reachAt }).join("\n"),
    /^host: expected a name, or nodeAddress, where expose is nodePort, got nothing: .*; run/,
  );
});

test("lines of hosts files need an address, which a load balancer alone has by itself", () => {
  const asked = (settings: object) =>
    problems({ host: "registry.example.com", nodeTrust: { hosts: true }, ...reachAt, ...settings });
  const said = [
    "nodeTrust.hosts: expected nodeAddress beside true where expose is nodePort or ingress, got nothing: the nodes' hosts files would have no address for host; run: pulumi config set edge-registry:nodeAddress 192.0.2.10",
  ];
  for (const expose of ["nodePort", "ingress"]) {
    assert.deepEqual(asked({ expose }), said);
    assert.deepEqual(asked({ expose, target: "cloud", storage: external }), said);
    assert.deepEqual(asked({ expose, ...least }), []);
    assert.deepEqual(asked({ expose, nodeTrust: { hosts: false } }), []);
    assert.deepEqual(asked({ expose, nodeTrust: undefined }), []);
  }
  assert.deepEqual(asked({ expose: "loadBalancer" }), []);
  assert.deepEqual(asked({ expose: "hostPort" }).length, 1);
});

test("a name without a dot needs a port", () => {
  const said = problems({ ...least, host: "registry", expose: "loadBalancer" });
  assert.deepEqual(said, [
    "host: expected a name with a dot where port is 443, got registry: without a dot or a port it would be a part of an image's path; run: pulumi config set edge-registry:host registry.example.com",
  ]);
  assert.deepEqual(problems({ ...least, host: "registry", expose: "loadBalancer", port: "8443" }), []);
});

test("an autoscaler needs room", () => {
  const scaled = (most: number) =>
    problems({ ...least, expose: "loadBalancer", replicas: { least: 3, most } });
  assert.deepEqual(scaled(3), [
    "replicas.most: expected more than least, got 3 of 3: there would be nothing to scale",
  ]);
  assert.deepEqual(scaled(4), []);
});

test("the store's port is its own only where the registry opens one on the node too", () => {
  const port = { ...least, port: "5046" };
  assert.equal(problems(port).length, 1);
  assert.deepEqual(problems({ ...port, expose: "loadBalancer" }), []);
});
