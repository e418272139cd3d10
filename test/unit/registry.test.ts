import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Registry } from "../../components/registry.ts";
import { registered } from "../support/mocks.ts";
import { podsIn } from "../support/pods.ts";

/** What may change while a registry runs. */
const parts = {
  account: "$2b$10$h",
  certificate: "cert",
  privateKey: "key",
  secretKey: "s-key",
  ca: "ca",
  port: 5045,
};

const registry = (news: Partial<typeof parts> = {}) =>
  registered(() => {
    const { account, certificate, privateKey, secretKey, ca, port } = { ...parts, ...news };
    const pem = { certificate: pulumi.output(certificate), privateKey: pulumi.output(privateKey) };
    const storage = { endpoint: "https://s:9000", bucket: "b", accessKey: "a-key", secretKey };
    return void new Registry("registry", {
      ...{ namespace: "edge", stack: "p.s", cluster: {}, node: "node-1", port, certificate: pem },
      images: { registry: "registry:1", gateway: "caddy:1" },
      limits: { registry: { memory: "256Mi" }, gateway: { memory: "96Mi" } },
      accounts: [{ name: "ci", role: "push", hash: account }],
      storage: { ...storage, caCertificate: ca },
    });
  });

test("the registry's config names the bucket and its keys, its gateway the accounts", async () => {
  const recorded = await registry();
  assert.deepEqual(recorded.list, [
    "Deployment registry",
    "Registry registry",
    "Secret registry-config",
    "Service registry-service",
    "deployment-ready registry-ready",
    "pods-gone registry-gone",
    "random:RandomPassword registry-http-secret",
  ]);
  const config = Object(recorded.one("Secret registry-config").inputs.stringData);
  for (const part of ["https://s:9000", "a-key", "s-key", "generated-password-of-registry-http-secret"])
    assert.ok(config["config.yml"].includes(part), part);
  assert.ok(config["caddy.json"].includes("ci"));
  assert.equal(config["ca.crt"], "ca");
  const { containers, spec } = podsIn(recorded, "Deployment registry");
  assert.deepEqual(
    containers.map(({ name, restartPolicy }) => `${name} ${restartPolicy}`),
    ["registry Always", "gateway undefined"],
  );
  assert.deepEqual(containers[1]?.ports, [{ name: "https", containerPort: 5045, hostPort: 5045 }]);
  assert.ok(spec.terminationGracePeriodSeconds > 30);
  const gone = recorded.one("pods-gone registry-gone").inputs;
  assert.partialDeepStrictEqual(gone, { namespace: "edge", app: "registry" });
  assert.ok(Number(gone.patienceSeconds) > spec.terminationGracePeriodSeconds);
  assert.ok(recorded.one("Deployment registry").dependsOn.includes("registry-gone"));
});

test("its pods roll when what they were started with changes, and not without", async () => {
  const mark = async (news: Partial<typeof parts>) =>
    podsIn(await registry(news), "Deployment registry").annotations["edge-registry/revision"];
  const first = await mark({});
  assert.equal(await mark({}), first);
  for (const key of ["account", "certificate", "privateKey", "secretKey", "ca"] as const)
    assert.notEqual(await mark({ [key]: "$2b$10$another" }), first, key);
});
