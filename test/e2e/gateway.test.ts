/**
 * The gateway, the registry and a store on loopback, from the very texts that go into the pod.
 * Needs caddy, registry, versitygw and crane on PATH, and Debian's apache2-utils and openssl. Run it alone:
 * `PATH=$(node local/main.ts tools):$PATH node --test test/e2e/gateway.test.ts`
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage, type RequestListener } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "node:tls";
import { digestOf, digestOfMebibytes, digestOfSlowly, mebibytes, upload } from "../support/blobs.ts";
import { Crane } from "../support/crane.ts";
import { basic, HttpsClient } from "../support/https.ts";
import { inFrontOf } from "../support/in-front-of.ts";
import { putManifest } from "../support/manifests.ts";
import { type KnownAccount, RegistryPod } from "../support/registry-pod.ts";

const indexType = "application/vnd.oci.image.index.v1+json";
let pod: RegistryPod;
let client: HttpsClient;
let crane: Crane;
let pusher: KnownAccount;
let puller: KnownAccount;

before(async () => {
  pod = await RegistryPod.start();
  client = new HttpsClient(pod.ports.gateway, pod.authority);
  crane = new Crane(pod.directory, `127.0.0.1:${pod.ports.gateway}`, pod.authority);
  [pusher, puller] = [pod.account("push"), pod.account("pull")];
  for (const account of pod.accounts) await crane.signIn(account.role, account);
});
after(() => pod?.stop());

test("an image is pushed by one account and pulled by the other, byte for byte", async () => {
  await crane.pushEmpty("push", "team/small:1");
  const [pushed, pulled] = await Promise.all(
    ["push", "pull"].map((as) => crane.run(as, "manifest", crane.image("team/small:1"))),
  );
  assert.equal(pulled, pushed);
  await crane.run("pull", "pull", crane.image("team/small:1"), join(pod.directory, "pulled.tar"));
  assert.equal(await crane.run("pull", "catalog", `127.0.0.1:${pod.ports.gateway}`), "team/small");
  assert.equal(await crane.run("pull", "ls", crane.image("team/small")), "1");
});

test("an index of two architectures gives each its own", async () => {
  for (const architecture of ["amd64", "arm64"]) {
    await crane.pushEmpty("push", `team/multi:${architecture}`);
    const name = crane.image(`team/multi:${architecture}`);
    await crane.run("push", "mutate", name, "--set-platform", `linux/${architecture}`, "-t", name);
  }
  const parts = ["amd64", "arm64"].flatMap((each) => ["-m", crane.image(`team/multi:${each}`)]);
  await crane.run("push", "index", "append", ...parts, "-t", crane.image("team/multi:1"));
  for (const architecture of ["amd64", "arm64"]) {
    const options = ["--platform", `linux/${architecture}`];
    const text = await crane.run("pull", "config", ...options, crane.image("team/multi:1"));
    assert.equal(JSON.parse(text).architecture, architecture);
  }
});

test("an artifact refers to an image; clients list it by the fallback tag, there is no referrers API", async () => {
  const { descriptor: subject } = await putManifest(client, pusher, "team/signed", "1");
  const more = { artifactType: "text/x-proof", subject };
  const artifact = await putManifest(client, pusher, "team/signed", undefined, more);
  assert.equal(artifact.answer.headers["oci-subject"], undefined, "the client is to keep the list");
  const api = `/v2/team/signed/referrers/${subject.digest}`;
  const referrers = await client.send("GET", api, { account: puller });
  assert.deepEqual([referrers.status, referrers.code], [404, "NAME_UNKNOWN"]);
  const index = { schemaVersion: 2, mediaType: indexType, manifests: [artifact.descriptor] };
  const body = Buffer.from(JSON.stringify(index));
  const path = `/v2/team/signed/manifests/${subject.digest.replace(":", "-")}`;
  const headers = { "content-type": indexType };
  assert.equal((await client.send("PUT", path, { account: pusher, headers, body })).status, 201);
  const listed = await client.send("GET", path, { account: puller, headers: { accept: indexType } });
  assert.deepEqual(listed.body, body);
});

test("a layer of 300 MB streams through both, up in chunks and down in ranges", async (t) => {
  const digest = await digestOfMebibytes("large", 300);
  const steps = await upload(client, pusher, "team/large", {
    digest,
    bytes: Readable.from(mebibytes("large", 300)),
  });
  for (const step of steps) assert.match(step, /^\/v2\//, "a place that holds for each name of the registry");
  const path = `/v2/team/large/blobs/${digest}`;
  const head = await client.send("HEAD", path, { account: puller });
  assert.deepEqual([head.status, head.headers["content-length"]], [200, `${300 * 1024 * 1024}`]);
  const range = { range: "bytes=1048576-1048579" };
  const part = await client.send("GET", path, { account: puller, headers: range });
  assert.deepEqual([part.status, [...part.body]], [206, [0, 0, 0, 1]]);
  assert.equal(digestOf((await client.send("GET", path, { account: puller })).body), digest);
  const [gateway, registry] = await Promise.all([pod.gateway.peakMemory(), pod.registry.peakMemory()]);
  t.diagnostic(`peak memory: gateway ${Math.round(gateway)} MiB, registry ${Math.round(registry)} MiB`);
  assert.ok(gateway < 192, `the gateway took ${gateway} MiB`);
  assert.ok(registry < 256, `the registry took ${registry} MiB`);
});

test("who is not signed in, or wrongly, is asked to by the Basic challenge", async () => {
  const wrong = { ...pusher, password: "wrong" };
  await crane.signIn("wrong", wrong);
  for (const question of [{}, { account: wrong }, { account: { ...puller, name: "nobody" } }]) {
    const { status, code, headers } = await client.send("GET", "/v2/_catalog", question);
    assert.deepEqual([status, code], [401, "UNAUTHORIZED"]);
    assert.equal(headers["www-authenticate"], 'Basic realm="Edge Registry"');
    assert.equal(headers["docker-distribution-api-version"], "registry/2.0");
  }
  await assert.rejects(crane.run("wrong", "manifest", crane.image("team/small:1")), /UNAUTHORIZED/);
});

test("the pull account may write and delete nothing, by whatever method", async () => {
  await assert.rejects(crane.pushEmpty("pull", "team/small:2"), /DENIED: this account may only pull/);
  const digest = await crane.run("pull", "digest", crane.image("team/small:1"));
  for (const method of ["POST", "PUT", "PATCH", "DELETE", "BREW"]) {
    const path = `/v2/team/small/manifests/${digest}`;
    const { status, code } = await client.send(method, path, { account: puller });
    assert.deepEqual([method, status, code], [method, 403, "DENIED"]);
  }
  assert.equal(await crane.run("pull", "ls", crane.image("team/small")), "1");
});

test("the push account deletes", async () => {
  const { descriptor } = await putManifest(client, pusher, "team/short-lived", "1");
  const path = `/v2/team/short-lived/manifests/${descriptor.digest}`;
  assert.equal((await client.send("DELETE", path, { account: pusher })).status, 202);
  const { status, code } = await client.send("GET", path, { account: puller });
  assert.deepEqual([status, code], [404, "MANIFEST_UNKNOWN"]);
});

test("a manifest above 4 MiB is refused, announced or not; one of 4 MiB is read", async () => {
  const path = "/v2/team/small/manifests/large";
  const [fits, above] = [Buffer.alloc(4 * 1024 * 1024), Buffer.alloc(4 * 1024 * 1024 + 1)];
  const announced = { body: above, headers: { expect: "100-continue" } };
  for (const sent of [announced, { body: Readable.from([above]) }]) {
    const { status, code } = await client.send("PUT", path, { account: pusher, ...sent });
    assert.deepEqual([status, code], [413, "SIZE_INVALID"]);
  }
  const { status, code } = await client.send("PUT", path, { account: pusher, body: fits });
  assert.deepEqual([status, code], [400, "MANIFEST_INVALID"]);
});

test("what is not there says so in JSON, also off the API", async () => {
  const ask = async (path: string) => {
    const { status, code } = await client.send("GET", path, { account: puller });
    return [status, code];
  };
  assert.deepEqual(await ask("/v2/team/nothing/manifests/1"), [404, "MANIFEST_UNKNOWN"]);
  assert.deepEqual(await ask("/v2/team/no-such-verb"), [404, "NAME_UNKNOWN"]);
  assert.deepEqual(await ask("/metrics"), [404, "NAME_UNKNOWN"]);
  assert.deepEqual(await ask("/debug/vars"), [404, "NAME_UNKNOWN"]);
  assert.equal((await client.send("GET", "/")).status, 200);
});

test("it is served by address, by any name, from TLS 1.2 on, and never in the clear", async () => {
  for (const servername of ["edge.test", "localhost", "odd.example"])
    assert.equal((await client.send("GET", "/healthz", { servername })).status, 200, servername);
  const handshake = (version: "TLSv1.1" | "TLSv1.2") => {
    const versions = { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" };
    const socket = connect({
      port: pod.ports.gateway,
      host: "127.0.0.1",
      rejectUnauthorized: false,
      ...versions,
    });
    return once(socket, "secureConnect").finally(() => socket.destroy());
  };
  await handshake("TLSv1.2");
  await assert.rejects(handshake("TLSv1.1"), /alert protocol version/);
  const foreign = new HttpsClient(pod.ports.gateway, "/etc/ssl/certs/ca-certificates.crt");
  await assert.rejects(foreign.send("GET", "/healthz"), /unable to (get local issuer|verify the first)/);
  const plain = httpRequest({ port: pod.ports.gateway, path: "/v2/", headers: basic(puller) }).end();
  const [{ statusCode }] = await once(plain, "response");
  assert.equal(statusCode, 400);
});

test("the registry gets no credential and no forged origin; its errors come through but for its own failure", async () => {
  const seen: IncomingMessage[] = [];
  const echo: RequestListener = (request, response) => {
    seen.push(request);
    response.writeHead(Number(request.url?.split("/").at(-1)), { "content-type": "application/json" });
    response.end('{"errors":[{"code":"TOOMANYREQUESTS","message":"its own","detail":"secret place"}]}');
  };
  await inFrontOf(pod, echo, async (echoing, port) => {
    const names = [
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-proto",
      "forwarded",
      "x-real-ip",
      "cookie",
    ];
    const headers = Object.fromEntries(names.map((name) => [name, "for=forged"]));
    const own = await echoing.send("GET", "/v2/429", { account: pusher, headers });
    assert.deepEqual([own.status, own.code], [429, "TOOMANYREQUESTS"]);
    const got = ["authorization", ...names].map((name) => seen[0]?.headers[name]);
    const host = `127.0.0.1:${port}`;
    assert.deepEqual(got, [undefined, "127.0.0.1", host, "https", undefined, undefined, undefined]);
    const failed = await echoing.send("GET", "/v2/500", { account: pusher });
    assert.deepEqual([failed.status, failed.code], [503, "UNAVAILABLE"]);
    assert.doesNotMatch(failed.body.toString(), /secret place/);
  });
});

test("a registry that is gone is said to be so at once, and the gateway lives on", async () => {
  await pod.registry.kill();
  const { status, code } = await client.send("GET", "/v2/", { account: puller });
  assert.deepEqual([status, code], [502, "UNAVAILABLE"]);
  const probes = ["/healthz", "/readyz"].map(async (path) => (await client.send("GET", path)).status);
  assert.deepEqual(await Promise.all(probes), [200, 502]);
  await pod.registry.start();
  assert.equal((await client.send("GET", "/readyz")).status, 200);
  assert.equal(await crane.run("pull", "ls", crane.image("team/small")), "1");
});

test("a store that is gone is said to be so within seconds, and taken up again unaided", async () => {
  await pod.store.kill();
  const since = performance.now();
  for (const [method, path] of [
    ["GET", "/v2/team/small/manifests/1"],
    ["POST", "/v2/team/small/blobs/uploads/"],
  ] as const) {
    const { status, code, body } = await client.send(method, path, { account: pusher });
    assert.deepEqual([status, code], [503, "UNAVAILABLE"]);
    assert.doesNotMatch(body.toString(), new RegExp(`${pod.ports.store}|images`), "where the store is");
  }
  assert.ok(performance.now() - since < 5000);
  assert.equal((await client.send("GET", "/readyz")).status, 200, "restarting it would help nobody");
  await pod.store.start();
  assert.equal(await crane.run("pull", "ls", crane.image("team/small")), "1");
  await crane.pushEmpty("push", "team/small:2");
});

test("a stop completes what is in flight, refuses what is new, and an upload goes on afterwards", async () => {
  const digest = await digestOfMebibytes("large", 300);
  const slow = await digestOfMebibytes("slow", 30);
  const began = await client.send("POST", "/v2/team/slow/blobs/uploads/", { account: pusher });
  const body = Readable.from(mebibytes("slow", 30, 150));
  const sending = client.send("PATCH", `${began.headers.location}`, { account: pusher, body });
  const large = await client.open("GET", `/v2/team/large/blobs/${digest}`, { account: puller });
  const reading = digestOfSlowly(large, 120);
  await delay(500);
  const ended = pod.gateway.end("SIGTERM");
  const finished = sending.then(() => true);
  const refused = async () =>
    client.send("GET", "/healthz").then(
      () => false,
      ({ code }) => code === "ECONNREFUSED",
    );
  while (!(await refused())) await delay(100);
  assert.equal(await Promise.race([finished, delay(0, false)]), false, "nothing was in flight any more");
  const [patched, read] = await Promise.all([sending, reading]);
  assert.deepEqual([patched.status, read, await ended], [202, digest, 0]);
  await pod.gateway.start();
  const place = `${patched.headers.location}&digest=${slow}`;
  assert.equal((await client.send("PUT", place, { account: pusher })).status, 201);
});

test("the log names the account of each request and holds no credential", async () => {
  const hush = "hush-2f9c";
  const headers = { cookie: hush, "x-token": hush };
  await client.send("GET", `/v2/_catalog?token=${hush}`, { account: puller, headers });
  await client.send("GET", `https://edge:${hush}@127.0.0.1/v2/team?n=${hush}`, {
    headers: { authorization: `Bearer ${hush}` },
  });
  await delay(200);
  const lines = pod.gateway.output.trim().split("\n");
  const requests = lines.map((line) => JSON.parse(line)).filter(({ logger }) => logger === "http.log.access");
  const users = new Set(requests.map(({ user_id }) => user_id));
  assert.deepEqual(users, new Set(["", pusher.name, puller.name]));
  const paths = requests.map(({ request }) => request.uri);
  assert.equal(paths.at(-2), "/v2/_catalog");
  assert.equal(paths.at(-1), "/v2/team");
  assert.ok(!paths.some((path) => path === "/healthz" || path === "/readyz"), "probes would drown it");
  const secrets = pod.accounts.flatMap(({ name, password, hash }) => [
    ...[password, hash, Buffer.from(password).toString("base64")],
    ...[Buffer.from(`${name}:${password}`).toString("base64"), Buffer.from(hash).toString("base64")],
  ]);
  const all = pod.gateway.output + pod.registry.output;
  for (const secret of [hush, "PRIVATE KEY", ...secrets])
    assert.ok(!all.includes(secret), "a secret is in the log");
});
