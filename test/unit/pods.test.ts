import assert from "node:assert/strict";
import { test } from "node:test";
import { type Pods, podsOf } from "../support/pods.ts";
import type { Recorded } from "../support/recorded.ts";
import { variants } from "../support/stacks.ts";

/** The variants whose pods differ. */
const different = [
  ...["defaults", "host", "minio", "host path", "an existing namespace", "replicas"],
  ...["load balancer", "metrics and an operator"],
];

const stacks = await (async () => {
  const made: [string, Recorded][] = [];
  for (const variant of different)
    made.push([variant, (await variants[variant]?.()) ?? assert.fail(variant)]);
  return made;
})();

/** Tests something of each stack's pods. */
function eachPod(rule: string, check: (pods: Pods, recorded: Recorded) => void): void {
  test(rule, () => {
    for (const [variant, recorded] of stacks)
      for (const pods of podsOf(recorded)) {
        const where = `${variant}: ${pods.identity}`;
        try {
          check(pods, recorded);
        } catch (error) {
          throw new Error(where, { cause: error });
        }
      }
  });
}

/** Runs as root with folders of the node, as its class says. */
const agent = "DaemonSet node-trust";

interface Named {
  readonly metadata: { readonly name: string; readonly namespace: string };
}

/** The Secret or ConfigMap that a volume is made of. */
function source(recorded: Recorded, type: string, namespace: string, name: string) {
  const found = recorded.of(type).find(({ inputs }) => {
    const { metadata } = inputs as unknown as Named;
    return metadata.name === name && metadata.namespace === namespace;
  });
  assert.ok(found, `${type} ${namespace}/${name} is not registered`);
  return Object.keys(Object(found.inputs.stringData ?? found.inputs.data ?? found.inputs.binaryData));
}

eachPod("a workload finds its pods, and each carries the stack's label", ({ selector, labels }) => {
  assert.notDeepEqual(selector, {});
  assert.partialDeepStrictEqual(labels, { ...selector, "edge-registry/stack": "edge-registry.dev" });
});

eachPod("no pod holds a token or is told of Services", ({ spec }) => {
  assert.equal(spec.automountServiceAccountToken, false);
  assert.equal(spec.enableServiceLinks, false);
});

eachPod("each container is confined and has a limit", ({ identity, spec, containers }) => {
  for (const { name, securityContext, resources } of containers) {
    assert.equal(securityContext.allowPrivilegeEscalation, false, name);
    assert.equal(securityContext.readOnlyRootFilesystem, true, name);
    assert.deepEqual(securityContext.capabilities.drop, ["ALL"], name);
    assert.notEqual(securityContext.privileged, true, name);
    assert.equal(
      (securityContext.seccompProfile ?? spec.securityContext.seccompProfile).type,
      "RuntimeDefault",
    );
    assert.match(resources?.limits?.memory ?? "no limit", /^\d+Mi$/, `${identity} ${name}`);
  }
});

eachPod("all but the node's agent runs as a user without rights", ({ identity, spec, containers }) => {
  if (identity === agent) return;
  assert.equal(spec.securityContext.runAsNonRoot, true);
  assert.ok(spec.securityContext.runAsUser > 10000);
  assert.equal(spec.securityContext.fsGroup, spec.securityContext.runAsUser);
  for (const { name, securityContext } of containers) {
    // They prepare what is root's for the store's user, and end.
    if (["prepare", "durable"].includes(name)) continue;
    assert.equal(securityContext.runAsUser, undefined, name);
    assert.ok(securityContext.runAsNonRoot !== false, name);
  }
});

eachPod(
  "the node's namespaces and folders are the agent's and the host path's alone",
  ({ identity, spec }) => {
    const folders = (spec.volumes ?? []).flatMap(({ hostPath }) => (hostPath ? [hostPath.path] : []));
    if (identity === agent) return;
    assert.deepEqual([spec.hostNetwork, spec.hostPID, spec.hostIPC], [undefined, undefined, undefined]);
    if (identity === "Deployment store") folders.splice(folders.indexOf("/var/lib/edge-registry"), 1);
    assert.deepEqual(folders, []);
  },
);

eachPod("capabilities are those that a binary insists on", ({ identity, containers }) => {
  const excused: Readonly<Record<string, readonly string[]>> = {
    [`${agent} agent`]: ["DAC_OVERRIDE"],
    "Deployment registry gateway": ["NET_BIND_SERVICE"],
    "Deployment store prepare": ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
    "Deployment store durable": ["DAC_OVERRIDE", "FOWNER"],
  };
  for (const { name, securityContext } of containers)
    assert.deepEqual(securityContext.capabilities.add ?? [], excused[`${identity} ${name}`] ?? []);
});

eachPod("what is mounted is registered, and has the file", ({ namespace, spec, containers }, recorded) => {
  const keys = new Map<string, readonly string[]>();
  for (const { name, secret, configMap, persistentVolumeClaim } of spec.volumes ?? []) {
    if (secret) keys.set(name, source(recorded, "Secret", namespace, secret.secretName));
    if (configMap) keys.set(name, source(recorded, "ConfigMap", namespace, configMap.name));
    if (persistentVolumeClaim)
      source(recorded, "PersistentVolumeClaim", namespace, persistentVolumeClaim.claimName);
    for (const { key } of configMap?.items ?? []) assert.ok(keys.get(name)?.includes(key), key);
  }
  for (const { name } of spec.imagePullSecrets ?? []) source(recorded, "Secret", namespace, name);
  const volumes = (spec.volumes ?? []).map(({ name }) => name);
  for (const { volumeMounts } of containers)
    for (const { name, subPath } of volumeMounts ?? []) {
      assert.ok(volumes.includes(name), name);
      if (subPath !== undefined) assert.ok(keys.get(name)?.includes(subPath), subPath);
    }
});

eachPod("probes ask a port of their container, or a shell in it", ({ containers }) => {
  for (const { name, ports, livenessProbe, readinessProbe, startupProbe } of containers)
    for (const probe of [livenessProbe, readinessProbe, startupProbe].filter(Boolean)) {
      if (probe.exec?.command[0] === "sh") continue;
      const port = probe.httpGet?.port ?? probe.tcpSocket?.port;
      assert.ok(
        ports.some((one) => one.name === port),
        `${name}: ${port}`,
      );
    }
});

interface Ports {
  readonly spec: {
    readonly selector: Pods["selector"];
    readonly ports: readonly { readonly targetPort: string }[];
  };
}

interface Policy {
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Pods["selector"] };
    readonly ingress: readonly { readonly ports: readonly { readonly port: string }[] }[];
  };
}

test("Services and network policies lead to ports of pods that are there", () => {
  for (const [variant, recorded] of stacks) {
    const wanted = [
      ...recorded.of("Service").map(({ inputs }) => {
        const { spec } = inputs as unknown as Ports;
        return { selector: spec.selector, ports: spec.ports.map(({ targetPort }) => targetPort) };
      }),
      ...recorded.of("NetworkPolicy").map(({ inputs }) => {
        const { spec } = inputs as unknown as Policy;
        const ports = spec.ingress.flatMap((rule) => rule.ports.map(({ port }) => port));
        return { selector: spec.podSelector.matchLabels, ports };
      }),
    ];
    assert.ok(wanted.length >= 4);
    for (const { selector, ports } of wanted) {
      const meant = podsOf(recorded).filter(({ labels }) => labels.app === selector.app);
      assert.equal(meant.length, 1, `${variant}: ${selector.app}`);
      const open = meant.flatMap(({ containers }) => containers.flatMap((one) => one.ports ?? []));
      for (const port of ports)
        assert.ok(
          open.some(({ name }) => name === port),
          `${variant}: ${port}`,
        );
    }
  }
});
