import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
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
    const storage = {
      endpoint: "https://s:9000",
      bucket: "b",
      accessKey: "a-key",
      secretKey,
      region: "us-east-1",
    };
    return void new Registry("registry", {
      ...{
        namespace: "edge",
        namespaceGoes: true,
        stack: "p.s",
        cluster: {},
        node: "node-1",
        hostPort: port,
        replicas: { least: 1, processorPercent: 200 },
        drainSeconds: 2,
        certificate: pem,
        authority: "CA",
      },
      images: { registry: "registry:1", gateway: "caddy:1" },
      limits: { registry: { memory: "256Mi" }, gateway: { memory: "96Mi" } },
      notifications: [],
      metrics: false,
      accounts: [{ name: "ci", role: "push", hash: account }],
      storage: { ...storage, pathStyle: true, near: true, caCertificate: ca },
    });
  });

test("the registry's config names the bucket and its keys, its gateway the accounts", async () => {
  const recorded = await registry();
  assert.deepEqual(recorded.list, [
    "Deployment registry",
    "Registry registry",
    "Secret registry-config",
    "deployment-ready registry-ready",
    "gateway-serves registry-serves",
    "pods-gone registry-gone",
    "random:RandomPassword registry-http-secret",
  ]);
  const config = Object(recorded.one("Secret registry-config").inputs.stringData);
  for (const part of ["https://s:9000", "a-key", "s-key", "generated-password-of-registry-http-secret"])
    assert.ok(config["config.yml"].includes(part), part);
  assert.ok(config["caddy.json"].includes("ci"));
  assert.match(config["caddy.json"], /"max_conns_per_host":2,/, "its store is near");
  assert.equal(config["ca.crt"], "ca");
  const { containers, spec } = podsIn(recorded, "Deployment registry");
  assert.deepEqual(
    containers.map(({ name, restartPolicy }) => `${name} ${restartPolicy}`),
    ["registry Always", "gateway undefined"],
  );
  assert.deepEqual(containers[1]?.ports, [{ name: "https", containerPort: 5045, hostPort: 5045 }]);
  assert.ok(spec.terminationGracePeriodSeconds > 30);
  const gone = recorded.one("pods-gone registry-gone").inputs;
  assert.partialDeepStrictEqual(gone, { namespace: "edge", app: "registry", namespaceGoes: true });
  assert.ok(Number(gone.patienceSeconds) > spec.terminationGracePeriodSeconds);
  assert.ok(recorded.one("Deployment registry").dependsOn.includes("registry-gone"));
});

test("its gateway takes new accounts and certificates as it runs, and that is waited for", async () => {
  const digest = async (news: Partial<typeof parts>) => {
    const recorded = await registry(news);
    const { inputs, dependsOn } = recorded.one("gateway-serves registry-serves");
    assert.deepEqual(dependsOn, ["registry-config", "registry-ready"]);
    assert.equal(inputs.authority, "CA");
    const text = Object(recorded.one("Secret registry-config").inputs.stringData)["caddy.json"];
    assert.equal(inputs.digest, createHash("sha256").update(text).digest("hex"));
    return inputs.digest;
  };
  const first = await digest({});
  assert.equal(await digest({}), first);
  for (const key of ["account", "certificate", "privateKey"] as const)
    assert.notEqual(await digest({ [key]: "$2b$10$another" }), first, key);
  const { spec, containers } = podsIn(await registry(), "Deployment registry");
  const folder = { name: "gateway", mountPath: "/etc/edge-registry", readOnly: true };
  assert.deepEqual(containers[1]?.volumeMounts[0], folder, "a file alone would never be replaced");
  const { secret } = spec.volumes.find(({ name }) => name === folder.name) ?? {};
  assert.deepEqual(secret?.items, [{ key: "caddy.json", path: "caddy.json" }]);
});

test("Kubernetes reads nothing into the script that starts the gateway", async () => {
  const { containers } = podsIn(await registry(), "Deployment registry");
  const script = containers[1]?.command[2] ?? "";
  // As the kubelet expands it, for a container that has no such variables.
  const expanded = script.replace(/[$]([$]|[(]\w+[)])/g, (all, what) => (what === "$" ? "$" : all));
  assert.equal(expanded, readFileSync(new URL("../../gateway/serve.sh", import.meta.url), "utf8"));
  assert.ok(script.includes("$$$ "), "else nothing was to be expanded");
});

test("its pods roll when what they were started with changes, and not without", async () => {
  const mark = async (news: Partial<typeof parts>) =>
    podsIn(await registry(news), "Deployment registry").annotations["edge-registry/revision"];
  const first = await mark({});
  assert.equal(await mark({}), first);
  for (const key of ["secretKey", "ca"] as const)
    assert.notEqual(await mark({ [key]: "$2b$10$another" }), first, key);
  for (const key of ["account", "certificate", "privateKey"] as const)
    assert.equal(await mark({ [key]: "$2b$10$another" }), first, key);
});
