/** What gateway and registry measure, as Prometheus reads it. Needs what gateway.test.ts needs, and runs alone as that. */
import assert from "node:assert/strict";
import { get } from "node:http";
import { after, before, test } from "node:test";
import { alertsOf } from "../../render/alerts.ts";
import { HttpsClient } from "../support/https.ts";
import { putManifest } from "../support/manifests.ts";
import { freePort } from "../support/program.ts";
import { RegistryPod } from "../support/registry-pod.ts";

let pod: RegistryPod;
let registry: HttpsClient;
let metrics: HttpsClient;
let port: number;

before(async () => {
  port = await freePort();
  pod = await RegistryPod.start(undefined, { metrics: port });
  registry = new HttpsClient(pod.ports.gateway, pod.authority);
  metrics = new HttpsClient(port, pod.authority);
});
after(() => pod?.stop());

const read = async (path: string) => {
  const { status, body } = await metrics.send("GET", path);
  assert.equal(status, 200, path);
  return body.toString();
};

test("requests are counted by their outcome, and what the store is asked is timed", async () => {
  await putManifest(registry, pod.account("push"), "team/measured", "1");
  await registry.send("GET", "/v2/", {});
  await pod.store.kill();
  const answer = await registry.send("HEAD", "/v2/team/measured/manifests/1", {
    account: pod.account("pull"),
  });
  assert.equal(answer.status, 503);
  const counted = (code: string) =>
    new RegExp(
      `^caddy_http_request_duration_seconds_count\\{[^}]*code="${code}"[^}]*server="gateway"\\} [1-9]`,
      "m",
    );
  const gateway = await read("/metrics");
  for (const code of ["201", "401", "503"]) assert.match(gateway, counted(code));
  assert.match(
    await read("/metrics/registry"),
    /^registry_storage_action_seconds_bucket\{action="PutContent"/m,
  );
  assert.match(await read("/metrics/certificate"), /^edge_registry_certificate_expires_seconds 1\.?9.*$/m);
});

test("each alert asks for something that is measured here, or by the cluster", async () => {
  const texts = await Promise.all(["/metrics", "/metrics/registry", "/metrics/certificate"].map(read));
  const names = new Set(texts.join("\n").match(/^[a-z_]+/gm));
  const elsewhere = [
    "up",
    "kube_daemonset_status_number_unavailable",
    "kube_deployment_status_replicas_available",
    "kubelet_volume_stats_available_bytes",
    "kubelet_volume_stats_capacity_bytes",
  ];
  for (const { alert, expr } of alertsOf("edge")) {
    const asked = [...expr.matchAll(/([a-z_]+)\{/g)].map(([, name = ""]) => name);
    assert.ok(asked.length > 0, alert);
    for (const name of asked) assert.ok(names.has(name) || elsewhere.includes(name), `${alert}: ${name}`);
  }
});

test("the port tells nothing else, and clients of the registry find none of it", async () => {
  for (const path of ["/", "/v2/", "/debug/pprof/", "/metrics/registry/../debug/pprof/"])
    assert.equal((await metrics.send("GET", path)).status, 404, path);
  assert.equal((await metrics.send("POST", "/metrics")).status, 404);
  for (const path of ["/metrics", "/metrics/registry"])
    assert.equal((await registry.send("GET", path)).status, 404, path);
  const plain = new Promise((resolve, reject) => {
    get({ port, path: "/metrics" }, ({ statusCode }) => resolve(statusCode)).on("error", reject);
  });
  assert.equal(await plain, 400, "it speaks TLS only");
});
