/** Wrong settings that are no part of others, and settings that cannot be together. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { least, problems } from "../support/example-settings.ts";
import { refuse } from "../support/refusals.ts";

const set = "run: pulumi config set edge-registry:";
const address = "nodeAddress: expected the IPv4 or IPv6 address of a node, got";
const setAddress = `${set}nodeAddress 192.0.2.10`;

refuse([
  ["target", "edge", `target: expected single-node or cloud, got edge; ${set}target single-node`],
  [
    "nodAddress",
    "192.0.2.10",
    "nodAddress: expected a setting that the README lists, got an unknown key: did you mean nodeAddress?",
  ],
  ["zebra", "1", "zebra: expected a setting that the README lists, got an unknown key"],
  [
    "kubernetes:context",
    "prod",
    "kubernetes:context: expected edge-registry:cluster, which has a context, got a key that acts on nothing here; run: pulumi config set --path edge-registry:cluster.context NAME; pulumi config rm kubernetes:context",
  ],
  ["kubernetes:kubeconfig", "x", /^kubernetes:kubeconfig: .*edge-registry:cluster\.kubeconfig NAME/],
  [
    "edge_registry:port",
    "5045",
    '"edge_registry:port": expected a key that begins with edge-registry:, got another beginning',
  ],
  ["namespace", "kube-images", /^namespace: .*got kube-images: Kubernetes' own .*\{"existing": "NAME"\}/],
  ["namespace", "default", /^namespace: .*got default: Kubernetes' own/],
  ["namespace", "Images", /^namespace: expected a name of 1 to 63 .*, got Images; run/],
  ["namespace", "a".repeat(64), /^namespace: .*got a{60}…; run/],
  ["namespace", { existing: "a.b" }, /^namespace\.existing: expected a name of 1 to 63 .*, got a\.b$/],
  ["namespace", {}, /^namespace\.existing: expected a value, .* got nothing$/],
  [
    "namespace",
    { name: "a", existing: "b" },
    "namespace.name: expected only existing here, got an unknown key",
  ],
  ["host", "https://registry.example.com", /^host: .*: leave out the scheme; run/],
  ["host", "registry.example.com:5045", /^host: .*: leave out the port, which is the setting port/],
  ["host", "192.0.2.10", /^host: .*: an address belongs in nodeAddress/],
  ["host", "2001:db8::1", /^host: .*: an address belongs in nodeAddress/],
  ["host", "localhost", /^host: .*: it means another machine to everybody/],
  ["host", "Registry.example.com", /^host: .*: write it in lower case/],
  ["host", "registry.example.com.", /^host: .*: leave out the last dot/],
  ["host", "*.example.com", /^host: .*: one name, without a wildcard/],
  ["host", "my_registry.example.com", /^host: .*: host names have no _/],
  ["host", "192.0.2.300", /^host: .*: it reads like an address/],
  [
    "host",
    `${"a.".repeat(126)}ab`,
    /^host: expected a DNS name in lower case, at most 253 long, got [a.]{60}…; run/,
  ],
  [
    "host",
    "",
    `host: expected a DNS name in lower case, at most 253 long, got an empty text; ${set}host registry.example.com`,
  ],
  ["nodeAddress", "https://192.0.2.10", `${address} https://192.0.2.10: leave out the scheme; ${setAddress}`],
  [
    "nodeAddress",
    "192.0.2.10:5045",
    `${address} 192.0.2.10:5045: leave out the port, which is the setting port; ${setAddress}`,
  ],
  ["nodeAddress", "[2001:db8::1]:5045", /: leave out the port, which is the setting port/],
  ["nodeAddress", "[2001:db8::1]", /: leave out the brackets/],
  [
    "nodeAddress",
    "node-1.example.com",
    `${address} node-1.example.com: a name belongs in the setting host; ${setAddress}`,
  ],
  ["nodeAddress", "192.0.2.10/24", /: leave out the length of the network/],
  ["nodeAddress", "fe80::1%eth0", /: an address with a zone/],
  ["nodeAddress", "fe80::1", /: a link-local address/],
  ["nodeAddress", "127.0.0.1", /: it means another machine to everybody/],
  ["nodeAddress", "0:0:0:0:0:0:0:1", /: it means another machine to everybody/],
  ["nodeAddress", "0.0.0.0", /: it means no node/],
  ["nodeAddress", "::", /: it means no node/],
  ["nodeAddress", "224.0.0.1", /: it is a multicast address/],
  ["nodeAddress", "ff02::1", /: it is a multicast address/],
  ["nodeAddress", "255.255.255.255", /: it is the broadcast address/],
  ["nodeAddress", "240.0.0.1", /: nodes have no such addresses/],
  ["nodeAddress", "::ffff:192.0.2.10", /: write it as an IPv4 address/],
  ["nodeAddress", "192.0.2.300", `${address} 192.0.2.300; ${setAddress}`],
  ["nodeAddress", "192.0.2.010", `${address} 192.0.2.010; ${setAddress}`],
  ["nodeAddress", " 192.0.2.10", `${address} " 192.0.2.10"; ${setAddress}`],
  ["nodeAddress", "", `${address} an empty text; ${setAddress}`],
  ["port", "0", `port: expected a whole number from 1 to 65535, got 0; ${set}port 5045`],
  ["port", "65536", `port: expected a whole number from 1 to 65535, got 65536; ${set}port 5045`],
  ["port", "5045.5", /^port: .*got 5045\.5; run/],
  ["port", "https", /^port: .*got https; run/],
  [
    "port",
    "10250",
    `port: expected a port that is free on nodes where expose is hostPort, got 10250: the kubelet listens there; ${set}port 5045`,
  ],
  ["port", "6443", /^port: .*: the API server listens there/],
  ["port", "2379", /^port: .*: etcd listens there/],
  ["port", "10256", /^port: .*: kube-proxy listens there/],
  ["bucket", "Images", /^bucket: .*: S3 allows lower case only, and no _/],
  ["bucket", "ab", /^bucket: expected a bucket name of 3 to 63 .*, got ab; run/],
  ["bucket", "a..b", /^bucket: .*: S3 servers refuse \.\./],
  ["bucket", "192.0.2.10", /^bucket: .*: S3 allows no addresses/],
  ["bucket", "xn--images", /^bucket: .*: S3 keeps such names for itself/],
  ["keepImages", "yes", `keepImages: expected true or false, got yes; ${set}keepImages true`],
  ["proof", "true", `proof: expected on or off, got true: the word is "on"; ${set}proof on`],
  ["nodeTrust", "false", `nodeTrust: expected on or off, got false: the word is "off"; ${set}nodeTrust on`],
  ["nodeTrust", { hosts: "often" }, /^nodeTrust\.hosts: expected true or false, got often/],
  ["nodeTrust", { adopt: "all" }, /^nodeTrust\.adopt: expected true or false, got all/],
  [
    "nodeTrust",
    { host: true },
    "nodeTrust.host: expected only hosts, adopt here, got an unknown key: did you mean hosts?",
  ],
]);

test("what listens on nodes is in the way of a host port only", () => {
  assert.equal(problems({ ...least, port: "6443" }).length, 1);
  for (const expose of ["loadBalancer", "ingress"])
    assert.deepEqual(problems({ ...least, host: "registry.example.com", expose, port: "6443" }), []);
});

test("a node's address is required, and outside dev a cluster", () => {
  assert.deepEqual(problems({}), [`${address} nothing; ${setAddress}`]);
  assert.deepEqual(problems({ ...least, cluster: {} }, { stack: "prod" }), [
    "cluster: expected the context or the kubeconfig of the cluster to deploy to, got nothing: only the stack dev takes the one that happens to be current; run: pulumi config set --path edge-registry:cluster.context NAME",
  ]);
  assert.deepEqual(problems({ ...least, cluster: { kubeconfig: "kubeconfig" } }, { stack: "prod" }), []);
});

test("settings that are each right and cannot be together are refused", () => {
  const off = { ...least, proof: "off", nodeTrust: "off" };
  assert.match(
    problems({ ...off, proof: "on" }).join(),
    /^proof: expected off where nodeTrust is off and no certificate is brought, got on: /,
  );
  assert.deepEqual(problems(off), []);
  assert.match(problems({ ...least, nodeTrust: { hosts: true } }).join(), /^nodeTrust: .*, got no host: /);
  assert.match(problems({ ...least, port: "5046" }).join(), /^port: .*, got 5046 for both: /);
  const lonely = { ...off, accounts: [{ name: "ci", role: "push" }] };
  assert.match(
    problems(lonely).join(),
    /^accounts: expected an account of role pull for the pull secrets, got none/,
  );
  assert.deepEqual(problems({ ...lonely, pullSecret: { namespaces: [] } }), []);
  const own = { host: "r.example.com", images: { agent: "r.example.com:5045/busybox:1" } };
  assert.match(problems({ ...least, ...own }).join(), /^images: .*got r\.example\.com:5045\/busybox:1/);
});
