/** What every cluster is given, and what its nodes are told: parts that must agree with each other. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { addons } from "../../cluster/addons.ts";
import { dnsService, podsOf } from "../../cluster/addresses.ts";
import { cniConfig, containerdConfig, kubeletConfig } from "../../cluster/node-config.ts";
import { runtimeNamed, runtimeOf, runtimes } from "../../cluster/runtimes.ts";
import { references } from "../../images/catalog.ts";

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, as JSON
type Json = any;

const items: readonly Json[] = JSON.parse(JSON.stringify(addons)).items;
const kind = (name: string) => items.filter((item) => item.kind === name);
const only = (name: string): Json => {
  const [first, ...rest] = kind(name);
  assert.deepEqual(rest, [], name);
  return first ?? assert.fail(`no ${name}`);
};
const deployment = only("Deployment");
const pod = deployment.spec.template;
const container = pod.spec.containers[0];
const configMap = (name: string): Json => kind("ConfigMap").find((one) => one.metadata.name === name);
const corefile: string = configMap("coredns").data.Corefile;

test("no two objects are the same one, and all that is in a namespace is in the system's", () => {
  const names = items.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
  assert.equal(new Set(names).size, names.length);
  for (const { kind, metadata } of items) {
    const everywhere = /^(Cluster|StorageClass)/.test(kind);
    assert.equal(metadata.namespace, everywhere ? undefined : "kube-system", metadata.name);
  }
});

test("selectors choose the name server's pods", () => {
  for (const selector of [deployment.spec.selector.matchLabels, only("Service").spec.selector]) {
    assert.ok(Object.keys(selector).length > 0);
    for (const [label, value] of Object.entries(selector)) assert.equal(pod.metadata.labels[label], value);
  }
});

test("the Service leads where the name server listens", () => {
  const { clusterIP, ports } = only("Service").spec;
  assert.equal(clusterIP, dnsService);
  const open = container.ports.map((port: Json) => `${port.containerPort}/${port.protocol}`);
  for (const { name, port, targetPort = port, protocol } of ports) {
    const listens =
      open.includes(`${targetPort}/${protocol}`) || corefile.includes(`prometheus :${targetPort}\n`);
    assert.ok(listens, `${name} leads to ${targetPort}/${protocol}`);
  }
  for (const one of ["53/UDP", "53/TCP"]) assert.ok(open.includes(one), one);
});

test("what is probed is what the name server was told to serve", () => {
  for (const [probe, plugin, port] of [
    ["readinessProbe", "ready", 8181],
    ["livenessProbe", "health", 8080],
  ] as const) {
    assert.deepEqual(container[probe].httpGet, { path: `/${plugin}`, port });
    assert.match(corefile, new RegExp(`^ {2}${plugin}( \\{)?$`, "m"));
  }
  assert.doesNotMatch(corefile, /forward/, "nodes have no way out");
});

test("every mounted folder has a volume, whose config map is there with the file that is read", () => {
  const [, file] = container.args;
  for (const { name, mountPath } of container.volumeMounts) {
    const volume =
      pod.spec.volumes.find((one: Json) => one.name === name) ?? assert.fail(`no volume ${name}`);
    const map = configMap(volume.configMap.name) ?? assert.fail(`no config map ${volume.configMap.name}`);
    assert.ok(Object.keys(map.data).some((key) => join(mountPath, key) === file));
  }
});

test("the name server's account is there, and bound to a role that is", () => {
  const { roleRef, subjects } = only("ClusterRoleBinding");
  assert.deepEqual([roleRef.kind, roleRef.name], ["ClusterRole", only("ClusterRole").metadata.name]);
  const account = only("ServiceAccount").metadata;
  assert.deepEqual(subjects, [{ kind: "ServiceAccount", name: account.name, namespace: account.namespace }]);
  assert.equal(pod.spec.serviceAccountName, account.name);
});

test("the name server runs from our image with the least rights", () => {
  assert.equal(container.image, references.coredns);
  assert.deepEqual(container.securityContext.capabilities, { add: ["NET_BIND_SERVICE"], drop: ["ALL"] });
  assert.equal(container.securityContext.readOnlyRootFilesystem, true);
});

test("volumes have one default class, served by the provisioner with its scripts", () => {
  const { metadata, provisioner } = only("StorageClass");
  assert.equal(metadata.annotations["storageclass.kubernetes.io/is-default-class"], "true");
  assert.equal(provisioner, "rancher.io/local-path");
  const script = readFileSync(join(import.meta.dirname, "../../cluster/control-plane.sh"), "utf8");
  const name = /--configmap-name=(\S+)/.exec(script)?.[1] ?? "";
  assert.deepEqual(Object.keys(configMap(name).data).sort(), ["setup", "teardown"]);
  for (const text of Object.values(configMap(name).data))
    assert.match(`${text}`, /^#!\/bin\/sh\n.*"\$VOL_DIR"/s);
});

test("a node's pods have its range, and are seen by others as they are", () => {
  const [bridge, portmap]: Json[] = JSON.parse(JSON.stringify(cniConfig(7))).plugins;
  assert.deepEqual(bridge.ipam.ranges, [[{ subnet: podsOf(7) }]]);
  assert.deepEqual([bridge.type, bridge.ipMasq, bridge.hairpinMode], ["bridge", false, true]);
  assert.deepEqual(portmap.capabilities, { portMappings: true });
});

test("a kubelet asks our name server, keeps its pods in its group, and hurries only where asked", () => {
  const slow: Json = kubeletConfig("edge-registry/example/node-1", false);
  assert.deepEqual([slow.cgroupRoot, slow.clusterDNS], ["/edge-registry/example/node-1", [dnsService]]);
  assert.equal(slow.authentication.anonymous.enabled, false);
  const { nodeStatusUpdateFrequency, nodeLeaseDurationSeconds, ...rest }: Json = kubeletConfig(
    slow.cgroupRoot.slice(1),
    true,
  );
  assert.deepEqual([nodeStatusUpdateFrequency, nodeLeaseDurationSeconds], ["2s", 8]);
  assert.deepEqual(rest, slow);
  assert.ok(
    containerdConfig(undefined).includes(`"${slow.containerRuntimeEndpoint.replace("unix://", "")}"`),
  );
});

for (const [name, runtime] of Object.entries(runtimes))
  test(`the containerd of ${name} has each table once, our sandbox, and the folder that it is to look in`, () => {
    const { certs } = runtimeOf({ runtime: runtimeNamed(name) });
    const text = containerdConfig(certs);
    const tables = text.match(/^\[.*\]$/gm) ?? [];
    assert.equal(new Set(tables).size, tables.length);
    for (const line of text.split("\n"))
      assert.match(line, /^$|^\[[^[\]]+\]$|^\w+ = ("[^"]*"|\[".*"\]|true|false|\d+)$/);
    assert.ok(text.includes(`pinned_images]\nsandbox = "${references.pause}"\n`));
    assert.deepEqual(
      text.match(/(?<=registry\]\n)config_path = .*/g),
      certs ? [`config_path = "${certs}"`] : null,
    );
    assert.ok(certs === undefined || certs === runtime.config.replace("config.toml", "certs.d"));
  });
