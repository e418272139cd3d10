/**
 * Manifests, which the gateway asks a registry for in turns: who may hold up whom. Its own texts, with a server of the
 * test's behind them. Needs the same as gateway.test.ts.
 */
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { inFrontOf } from "../support/in-front-of.ts";
import { bytes, RawClient } from "../support/raw.ts";
import { type KnownAccount, RegistryPod } from "../support/registry-pod.ts";

let pod: RegistryPod;
let puller: KnownAccount;

before(async () => {
  pod = await RegistryPod.start();
  puller = pod.account("pull");
});
after(() => pod?.stop());

test("a manifest waits while the registry reads two, but not for one that it never reads, nor for a body that never comes", async () => {
  const silent: RequestListener = ({ url = "" }, response) => {
    if (!url.endsWith("/silent")) response.end("{}");
  };
  await inFrontOf(pod, silent, async (asking, port) => {
    const manifest = (name: string) => `/v2/team/app/manifests/${name}`;
    const soon = async (path: string) => {
      const signal = AbortSignal.timeout(5000);
      assert.equal((await asking.send("GET", path, { account: puller, signal })).status, 200);
    };
    const raw = new RawClient(port, pod.authority);
    for (const header of ["content-length: 1", "transfer-encoding: chunked"]) {
      const { statuses } = await raw.send(bytes(`GET ${manifest("1")} HTTP/1.1`, puller, [header]));
      assert.deepEqual(statuses, [400], `the body is not waited for: ${header}`);
    }
    await soon(manifest("after"));

    const given = ["GET", "HEAD"].map((method) =>
      asking.send(method, manifest("silent"), { account: puller }),
    );
    await delay(500);
    const next = asking.send("GET", manifest("next"), { account: puller });
    await soon("/v2/team/app/blobs/sha256:beside");
    assert.equal(await Promise.race([next.then(() => "answered"), delay(1000, "waits")]), "waits");
    for (const one of await Promise.all(given)) assert.equal(one.status, 504);
    assert.equal((await next).status, 200);
  });
});

test("who pauses over a large manifest is let go, and the next one is served", async () => {
  const larger = Buffer.alloc(32 * 1024 * 1024); // than what the kernel takes for a client
  await inFrontOf(
    pod,
    (_, response) => response.end(larger),
    async (asking) => {
      const open = (name: string, signal = AbortSignal.timeout(60_000)) =>
        asking.open("GET", `/v2/team/app/manifests/${name}`, { account: puller, signal });
      const pausing = await Promise.all(["1", "2"].map((name) => open(name)));
      const next = await open("3", AbortSignal.timeout(20_000));
      assert.equal(next.statusCode, 200);
      for (const one of [...pausing, next]) one.on("error", () => undefined).destroy();
    },
  );
});
