/** A gateway whose configuration changes while it runs, as it does in a pod when its Secret does. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { run } from "../../local/machine/run.ts";
import { eventually } from "../../local/test/support/cli.ts";
import { literal } from "../../render/gateway-routes.ts";
import { answerOf, askGateway } from "../../render/processes.ts";
import { digestOfMebibytes, digestOfSlowly, mebibytes, upload } from "../support/blobs.ts";
import { makeCertificates } from "../support/certificates.ts";
import { HttpsClient } from "../support/https.ts";
import { type KnownAccount, RegistryPod } from "../support/registry-pod.ts";

let pod: RegistryPod;
let pusher: KnownAccount;
let puller: KnownAccount;
let folder: string;
let config: string;
const digest = await digestOfMebibytes("large", 60);

before(async () => {
  pod = await RegistryPod.start();
  [pusher, puller] = [pod.account("push"), pod.account("pull")];
  folder = join(pod.directory, "gateway");
  config = join(folder, "caddy.json");
  const bytes = Readable.from(mebibytes("large", 60));
  await upload(new HttpsClient(pod.ports.gateway, pod.authority), pusher, "team/large", { digest, bytes });
});
after(() => pod?.stop());

/** Puts a text in the place of the configuration, at once as the kubelet does; returns its digest. */
async function place(text: string): Promise<string> {
  await writeFile(`${config}.new`, text);
  await rename(`${config}.new`, config);
  return createHash("sha256").update(text).digest("hex");
}

const asked = async (wanted: string) => {
  const [program = "", ...args] = askGateway(folder);
  return answerOf(await run(program, args), wanted);
};

const served = (wanted: string) =>
  eventually(
    "the gateway to run with its new text",
    15,
    async () => (await asked(wanted)).serves || undefined,
  );

/** The configuration with another certificate, and the file of the authority that clients then need. */
async function renewed(name: string): Promise<{ readonly text: string; readonly authority: string }> {
  const directory = join(pod.directory, name);
  await mkdir(directory);
  const { certificate, privateKey, authority } = await makeCertificates(directory);
  const wanted = JSON.parse(await readFile(config, "utf8"));
  Object.assign(wanted.apps.tls.certificates.load_pem[0], { certificate, key: privateKey });
  return { text: JSON.stringify(wanted), authority };
}

test("a new certificate and other accounts are taken without a restart, and nothing in flight is cut", async (t) => {
  const { text, authority } = await renewed("second");
  const bundle = join(pod.directory, "both.crt");
  const both = await Promise.all([pod.authority, authority].map((file) => readFile(file, "utf8")));
  await writeFile(bundle, both.join(""));
  const client = new HttpsClient(pod.ports.gateway, bundle);
  const large = await client.open("GET", `/v2/team/large/blobs/${digest}`, { account: puller });
  const reading = digestOfSlowly(large, 1000);

  const outcomes: Record<string, number> = {};
  let ended = false;
  const ask = () =>
    client.send("GET", "/v2/", { account: pusher }).then(
      ({ status }) => `${status}`,
      ({ code }) => `${code}`,
    );
  const asking = (async () => {
    while (!ended) {
      const outcome = await ask();
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      // Go's server drops who greets it in the very moment of a change: asked again, as clients do, it has to answer.
      if (outcome !== "200") assert.deepEqual([outcome, await ask()], ["ECONNRESET", "200"]);
    }
  })();
  const since = performance.now();
  const written = (name: string) => JSON.stringify(literal(name)).slice(1, -1);
  await served(await place(text.replaceAll(written(puller.name), "somebody-else")));
  t.diagnostic(`taken after ${((performance.now() - since) / 1000).toFixed(1)} s`);
  const onlyNew = new HttpsClient(pod.ports.gateway, authority);
  assert.equal((await onlyNew.send("GET", "/v2/", { account: pusher })).status, 200);
  assert.equal((await onlyNew.send("GET", "/v2/", { account: puller })).status, 401, "not an account now");
  await served(await place(text));
  assert.equal((await onlyNew.send("GET", "/v2/", { account: puller })).status, 200);
  ended = true;
  await asking;
  assert.ok((outcomes.ECONNRESET ?? 0) <= 2, "more than one at each of two changes");
  t.diagnostic(`requests meanwhile: ${JSON.stringify(outcomes)}`);
  assert.equal(await reading, digest, "what began before the change is whole");
});

test("a text that Caddy does not take is said to be refused, and the gateway goes on with what it had", async () => {
  const good = await readFile(config, "utf8");
  const client = new HttpsClient(pod.ports.gateway, join(pod.directory, "both.crt"));
  const bad = await place(good.replace('"load_pem"', '"load_pain"'));
  await eventually("the gateway to refuse it", 15, async () => (await asked(bad)).refused || undefined);
  assert.equal((await asked(bad)).serves, false);
  assert.equal((await client.send("GET", "/v2/", { account: puller })).status, 200);
  const lines = pod.gateway.output.split("load_pain").length;
  await delay(5000);
  assert.equal(pod.gateway.output.split("load_pain").length, lines, "it is tried again for nothing");
  await place(good);
  const { text, authority } = await renewed("third");
  await served(await place(text));
  const third = new HttpsClient(pod.ports.gateway, authority);
  assert.equal((await third.send("GET", "/v2/", { account: puller })).status, 200);
});

test("the gateway's folder has what it notes and nothing else, and a kill leaves no watch behind", async () => {
  assert.deepEqual((await readdir(folder)).sort(), ["admin.sock", "caddy.json", "refused", "serves"]);
  await pod.gateway.kill();
  await eventually("the watch to end", 10, async () => {
    const processes = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const lines = await Promise.all(
      processes.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")), // it has ended meanwhile
    );
    const left = lines.filter((line) => line.split("\0").includes(folder));
    if (left.length === 0) return true;
    throw new Error(left.join("\n"));
  });
  await pod.gateway.start();
});
