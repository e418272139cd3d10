import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NodeTrust } from "../../components/node-trust.ts";
import { PullProof, type PullProofArgs } from "../../components/pull-proof.ts";
import { authority, registered } from "../support/mocks.ts";
import { podsIn } from "../support/pods.ts";
import type { Recorded } from "../support/recorded.ts";

const common = { namespace: "edge", stack: "p.s", cluster: { context: "site" } };
const account = (name: string, role: "push" | "pull", secret: string) => ({
  name,
  role,
  password: `password-${secret}`,
  hash: `$2b$10$${secret}`,
});

/** What the parts of a stack are made of, where a change of any leads to new pods. */
const trust = {
  ...common,
  image: "busybox:1",
  registries: ["192.0.2.10:5045", "registry.example:5045"],
  hosts: { address: "192.0.2.10", name: "registry.example" },
  adopt: false,
  hostFolders: ["/etc"],
  bundle: authority.certificate,
};
const proof = {
  ...common,
  servers: ["192.0.2.10:5045", "registry.example:5045"],
  caCertificate: authority.certificate,
  push: account("ci", "push", "1"),
  pull: account("site", "pull", "2"),
  host: "registry.edge.svc:5045",
  reasons: ["certificate", "gateway:1"],
};

const trusting = (news: Partial<typeof trust> = {}) =>
  registered(() => void new NodeTrust("trust", { ...trust, ...news }));
const proving = (news: Partial<PullProofArgs> = {}) =>
  registered(() => void new PullProof("proof", { ...proof, ...news }));

/** The mark on the pods of a DaemonSet, which its watch waits for. */
function revision(recorded: Recorded): string {
  const [set] = recorded.of("DaemonSet");
  const mark = podsIn(recorded, `DaemonSet ${set?.name}`).annotations["edge-registry/revision"] ?? "none";
  assert.equal(recorded.of("rollout")[0]?.inputs.revision, mark);
  return mark;
}

test("node trust is an agent on every node, its watch and its departure", async () => {
  const recorded = await trusting();
  assert.deepEqual(recorded.list, [
    "ConfigMap trust-files",
    "DaemonSet trust",
    "NodeTrust trust",
    "departure trust-departure",
    "rollout trust-rollout",
  ]);
  const { spec } = podsIn(recorded, "DaemonSet trust");
  assert.deepEqual(spec.tolerations, [{ operator: "Exists" }]);
  assert.equal(spec.hostNetwork, true);
  const [container] = spec.containers;
  assert.equal(container?.securityContext.seLinuxOptions.type, "spc_t");
  // Soon asked when it starts, seldom afterwards.
  const { startupProbe, readinessProbe } = Object(container);
  assert.deepEqual([startupProbe.periodSeconds, readinessProbe.periodSeconds], [1, 60]);
  assert.partialDeepStrictEqual(spec.volumes, [{ name: "host-etc", hostPath: { path: "/etc" } }]);
  assert.partialDeepStrictEqual(container?.volumeMounts, [{ name: "host-etc", mountPath: "/host/etc" }]);
  const where = { cluster: { context: "site" }, namespace: "edge", daemonSet: "node-trust" };
  assert.partialDeepStrictEqual(recorded.one("rollout trust-rollout").inputs, {
    ...where,
    question: { container: "agent", answer: "trusts" },
  });
  const departure = recorded.one("departure trust-departure");
  const command = ["sh", "/trust/trust.sh", "leave"];
  assert.partialDeepStrictEqual(departure.inputs, { ...where, container: "agent", command, owner: "p.s" });
  // It goes before the agent does; and it is there, for a destroy, also where the rollout failed.
  assert.ok(departure.dependsOn.includes("trust"));
  assert.ok(!departure.dependsOn.includes("trust-rollout"));
});

test("the agent is told the authority, the names and the hosts entry", async () => {
  const files = Object((await trusting()).one("ConfigMap trust-files").inputs.data);
  assert.equal(files["ca.crt"], authority.certificate);
  assert.equal(files.registries, "192.0.2.10:5045\nregistry.example:5045\n");
  assert.equal(files.hosts, "192.0.2.10 registry.example\n");
});

test("a proof is an image that is pushed inside, and pulled by each name on every node", async () => {
  const recorded = await proving();
  assert.deepEqual(recorded.list, [
    "DaemonSet proof",
    "PullProof proof",
    "Secret proof-pull",
    "image-pushed proof-pushed",
    "rollout proof-rollout",
  ]);
  const mark = revision(recorded);
  const pushed = recorded.one("image-pushed proof-pushed");
  assert.partialDeepStrictEqual(pushed.inputs, {
    ...{ app: "registry", container: "gateway", port: 5045, host: "registry.edge.svc:5045" },
    ...{ user: "ci", repository: "edge-registry/proof", revision: mark },
  });
  assert.deepEqual(pushed.secretOutputs, ["password"]);
  const { spec } = podsIn(recorded, "DaemonSet proof");
  const images = spec.containers.map(({ image }) => image.replace(/@sha256:[0-9a-f]{64}$/, "@digest"));
  assert.deepEqual(images, [
    "192.0.2.10:5045/edge-registry/proof@digest",
    "registry.example:5045/edge-registry/proof@digest",
  ]);
  assert.ok(spec.containers.every(({ imagePullPolicy }) => imagePullPolicy === "Always"));
  assert.deepEqual(spec.imagePullSecrets, [{ name: "pull-proof-pull" }]);
  // The kubelet waits for what a container mounts, and for no other volume.
  const held = spec.volumes.filter(({ secret }) => secret?.secretName === "pull-proof-pull");
  assert.equal(held.length, 1);
  for (const { volumeMounts = [] } of spec.containers)
    assert.ok(volumeMounts.some(({ name }) => name === held[0]?.name));
  assert.ok(recorded.one("DaemonSet proof").dependsOn.includes("proof-pushed"));
});

test("the nodes pull with the account of that role", async () => {
  const secret = (await proving()).one("Secret proof-pull").inputs.stringData;
  const { auths } = JSON.parse(Object(secret)[".dockerconfigjson"]);
  assert.partialDeepStrictEqual(auths, { "registry.example:5045": { username: "site" } });
});

/** Holds that each part alone decides on the mark, whatever the others are. */
async function eachMatters<T extends object>(others: T, markOf: (news: Partial<T>) => Promise<string>) {
  const keys = Object.keys(others) as (keyof T)[];
  const news = (changed: readonly (keyof T)[]) =>
    markOf(Object.fromEntries(changed.map((key) => [key, others[key]])) as Partial<T>);
  assert.equal(await news([]), await news([]));
  for (const key of keys) {
    const rest = fc.subarray(keys.filter((one) => one !== key));
    const property = fc.asyncProperty(rest, async (changed) => {
      assert.notEqual(await news([...changed, key]), await news(changed), String(key));
    });
    await fc.assert(property, { numRuns: 2 });
  }
}

test("the agent is rolled out again when, and only when, what it is told changes", () =>
  eachMatters(
    {
      image: "busybox:2",
      registries: ["192.0.2.11:5045"],
      hosts: { address: "192.0.2.11", name: "registry.example" },
      adopt: true,
      hostFolders: ["/etc", "/var/lib/rancher"],
      bundle: authority.certificate.repeat(2),
    },
    async (news) => revision(await trusting(news)),
  ));

test("it is proven again when bundle, addresses, accounts or images change, and not without", () =>
  eachMatters(
    {
      caCertificate: authority.certificate.repeat(2),
      servers: ["192.0.2.10:5045"],
      push: account("ci", "push", "3"),
      pull: account("site", "pull", "4"),
      reasons: ["certificate", "gateway:2"],
    },
    async (news) => revision(await proving(news)),
  ));

test("the mark of a proof, which all may read, is not made of passwords", async () => {
  const guess = { ...proof.push, password: "another" };
  assert.equal(revision(await proving({ push: guess })), revision(await proving()));
});
