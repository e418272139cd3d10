import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { Registry } from "../../components/registry.ts";
import { registered } from "../support/mocks.ts";
import { podsIn } from "../support/pods.ts";
import { givenPassword, stackOf } from "../support/stacks.ts";

test("the registry's config names the bucket and its keys, its gateway the accounts", async () => {
  const recorded = await registered(() => {
    const pem = { certificate: pulumi.output("cert"), privateKey: pulumi.output("key") };
    const storage = { endpoint: "https://s:9000", bucket: "b", accessKey: "a-key", secretKey: "s-key" };
    return void new Registry("registry", {
      ...{ namespace: "edge", stack: "p.s", cluster: {}, node: "node-1", port: 5045, certificate: pem },
      images: { registry: "registry:1", gateway: "caddy:1" },
      limits: { registry: { memory: "256Mi" }, gateway: { memory: "96Mi" } },
      accounts: [{ name: "ci", role: "push", hash: "$2b$10$h" }],
      storage: { ...storage, caCertificate: "ca" },
    });
  });
  assert.deepEqual(recorded.list, [
    "Deployment registry",
    "Registry registry",
    "Secret registry-config",
    "Service registry-service",
    "deployment-ready registry-ready",
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
});

test("the registry's pods roll when an account, the certificate or the keys change", async () => {
  const mark = async (settings = {}) =>
    podsIn(await stackOf(settings), "Deployment registry").annotations["edge-registry/revision"];
  const first = await mark();
  assert.equal(await mark(), first);
  const accounts = [
    { name: "ci", role: "push", password: givenPassword },
    { name: "site", role: "pull" },
  ];
  assert.notEqual(await mark({ accounts }), first);
  assert.notEqual(await mark({ storage: { server: "minio" } }), first);
  assert.equal(await mark({ keepImages: false }), first);
});
