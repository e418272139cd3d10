/** Wrong settings of the cluster and of the storage. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { problems } from "../support/example-settings.ts";
import { refuse } from "../support/refusals.ts";

const size = "storage.size: expected a quantity from 1Gi to 1Pi, got";
const setSize = "run: pulumi config set --path edge-registry:storage.size 10Gi";
const range = "storage.reachFrom[0]: expected a network such as 192.0.2.0/24, got";
const reachAt = "storage.reachAt: expected host:port, with an address or a name in lower case, got";
const setReachAt = "run: pulumi config set --path edge-registry:storage.reachAt 192.0.2.10:5046";

refuse([
  ["cluster", "prod", 'cluster: expected an object {"context": …, "kubeconfig": …}, got a text'],
  ["cluster", { context: "" }, /^cluster\.context: expected the name of a context, .* got an empty text/],
  [
    "cluster",
    { contxt: "prod" },
    "cluster.contxt: expected only context, kubeconfig here, got an unknown key: did you mean context?",
  ],
  [
    "cluster",
    { kubeconfig: "~/.kube/config" },
    /^cluster\.kubeconfig: .*: no shell expands ~ or variables here: write the whole path$/,
  ],
  [
    "cluster",
    { kubeconfig: "apiVersion: v1\nkind: Config" },
    /got a text of several lines: this is its content: write it to a file and name that$/,
  ],
  ["cluster", { kubeconfig: '{"apiVersion": "v1"}' }, /got a text that is not shown: this is its content/],
  ["cluster", { kubeconfig: " kubeconfig" }, /: no control characters, and no blanks at the ends$/],
  ["cluster", { context: null }, /^cluster\.context: expected the name of a context, .*, got nothing$/],
  [
    "storage",
    [],
    'storage: expected an object {"kind": "in-cluster", "size": …} or {"kind": "external", "endpoint": …}, got a list',
  ],
  ["storage", { kind: "s3" }, /^storage\.kind: expected in-cluster or external, got s3; run/],
  ["storage", { server: "zot" }, /^storage\.server: expected versitygw or minio, got zot; run/],
  [
    "storage",
    { siez: "1Gi" },
    "storage.siez: expected a setting that the README lists, got an unknown key: did you mean size?",
  ],
  ["storage", { size: "512Mi" }, `${size} 512Mi: images need more room; ${setSize}`],
  ["storage", { size: "10GB" }, `${size} 10GB: write 10G; ${setSize}`],
  ["storage", { size: "10 gi" }, `${size} "10 gi": write 10Gi; ${setSize}`],
  ["storage", { size: 10 }, `${size} number 10: put it in quotes; ${setSize}`],
  ["storage", { size: "big" }, `${size} big; ${setSize}`],
  ["storage", { size: "2000Pi" }, `${size} 2000Pi: no volume is that large; ${setSize}`],
  ["storage", { hostPath: "data" }, /^storage\.hostPath: .*: it must begin with \//],
  ["storage", { hostPath: `/${"a".repeat(1000)}` }, /: it is too long; run/],
  ["storage", { hostPath: "/" }, /: it is the whole node/],
  ["storage", { hostPath: "/var" }, /: it is not the store's alone: name a folder inside/],
  ["storage", { hostPath: "/home/me" }, /: it is not the store's alone: name a folder inside/],
  ["storage", { hostPath: "/proc/1" }, /: it belongs to the node's system, or is emptied at a restart/],
  ["storage", { hostPath: "/tmp/images" }, /: it belongs to the node's system, or is emptied at a restart/],
  ["storage", { hostPath: "/srv/../etc" }, /: write it without \/\/, \/\.\/, \/\.\.\/ and a last \//],
  ["storage", { hostPath: "/srv/images/" }, /: write it without \/\//],
  ["storage", { hostPath: "/srv/my images" }, /: only letters, digits and/],
  ["storage", { hostPath: "~/images" }, /: no shell expands ~/],
  [
    "storage",
    { hostPath: "/srv/images", storageClasses: [] },
    "storage.hostPath: expected either a host path or storage classes, got both: the data lies in one place",
  ],
  [
    "storage",
    { storageClasses: "fast" },
    "storage.storageClasses: expected a list of storage classes, the most wanted first, got a text",
  ],
  ["storage", { storageClasses: ["fast", "Slow"] }, /^storage\.storageClasses\[1\]: .*got Slow$/],
  [
    "storage",
    { storageClasses: ["fast", "fast"] },
    "storage.storageClasses[1]: expected another than storage.storageClasses[0], got fast again",
  ],
  ["storage", { reachAt: "192.0.2.10" }, `${reachAt} 192.0.2.10; ${setReachAt}`],
  [
    "storage",
    { reachAt: "https://a:9000" },
    `${reachAt} https://a:9000: leave out the scheme; ${setReachAt}`,
  ],
  ["storage", { reachAt: "2001:db8::1" }, /: write an IPv6 address in brackets, and a port/],
  ["storage", { reachAt: "192.0.2.10:0" }, /: ports go from 1 to 65535/],
  ["storage", { reachAt: "192.0.2.10:10250" }, /: the kubelet listens there/],
  ["storage", { reachAt: "192.0.2.300:9000" }, `${reachAt} 192.0.2.300:9000; ${setReachAt}`],
  [
    "storage",
    { reachAt: "192.0.2.10:5045" },
    /^port: expected another port than the store's, got 5045 for both: both are opened on the same node/,
  ],
  [
    "storage",
    { reachFrom: [] },
    'storage.reachFrom: expected a list of networks such as ["192.0.2.0/24"], at least one, got an empty list',
  ],
  ["storage", { reachFrom: ["10.1.2.3/8"] }, `${range} 10.1.2.3/8: the network is 10.0.0.0/8`],
  ["storage", { reachFrom: ["192.0.2.7"] }, `${range} 192.0.2.7: a single address is 192.0.2.7/32`],
  ["storage", { reachFrom: ["2001:db8::7"] }, `${range} 2001:db8::7: a single address is 2001:db8::7/128`],
  ["storage", { reachFrom: ["10.0.0.0/33"] }, `${range} 10.0.0.0/33`],
  ["storage", { adopt: "maybe" }, /^storage\.adopt: expected true or false, got maybe/],
]);

test("a folder is some node's", () => {
  const storage = { kind: "in-cluster", hostPath: "/srv/images", reachAt: "store.example.com:5046" };
  const cloud = { target: "cloud", host: "registry.example.com" };
  assert.deepEqual(problems({ ...cloud, storage }), [
    "storage.hostPath: expected nothing without the setting nodeAddress, got /srv/images: the folder is that of the node with this address; run: pulumi config set edge-registry:nodeAddress ADDRESS",
  ]);
  assert.deepEqual(problems({ ...cloud, nodeAddress: "192.0.2.10", storage }), []);
  const { hostPath: _, ...claimed } = storage;
  assert.deepEqual(problems({ ...cloud, storage: claimed }), []);
  // What is needed in any case is told once.
  assert.equal(problems({ storage: { hostPath: "/srv/images" } }).length, 1);
});
