/**
 * What clients that push and pull all the time see of faults: clear errors at the worst, and never a wrong or lost image.
 * Against the local cluster in $KUBECONFIG; `node local/test/run.ts e2e faults-under-load` makes one. Longer rounds:
 * `make soak`, which sets FAULT_SECONDS.
 */
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, before, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually, localOk } from "../../local/test/support/cli.ts";
import { ClockedClient } from "../support/clocked-client.ts";
import { Containers, type Part } from "../support/containers.ts";
import { answerSeconds, endure, timeoutSeconds } from "../support/endured.ts";
import { Load } from "../support/load.ts";
import { clusterName, onNode } from "../support/nodes.ts";
import { Probe } from "../support/probe.ts";
import { accountOf, kubectl, nodeAddresses, type Person, Site } from "../support/site.ts";

const namespace = "faults-e2e";
const node = "node-1";
const seconds = Number(process.env.FAULT_SECONDS ?? 30);
const containers = new Containers(node, namespace);
let site: Site;
let person: Person;
let load: Load;
let probe: Probe;
/** What an `up` takes here. */
let upSeconds: number;

before(async () => {
  const address = (await nodeAddresses())[node] ?? "";
  site = await Site.create("faults", {
    cluster: { context: (await kubectl("config", "current-context")).trim() },
    nodeAddress: address,
    namespace,
    port: "5075",
    storage: { reachAt: `${address}:5076` },
    pullSecret: { namespaces: [] },
    keepImages: "false",
  });
  upSeconds = (await site.must("up")).seconds;
  person = await site.person(address);
  await person.crane.pushEmpty("regUser", "probe:1");
  load = await Load.start(person, {
    ...{ pushers: 2, pullers: 2, layerKibibytes: 256 },
    ...{ pauseMillis: 400, timeoutSeconds },
  });
  const puller = accountOf(person, "regPuller");
  probe = new Probe(person, puller, "/v2/probe/manifests/1", answerSeconds);
});

after(async () => {
  await probe?.stop();
  await load?.stop();
  await site.end();
});

const endured = (t: TestContext, fault: () => Promise<void>, patienceSeconds: () => number) =>
  endure(t, { load, probe }, fault, patienceSeconds);

const allRun = () =>
  eventually("all pods to be ready again", 60, async () => {
    const list = await kubectl(
      ...["get", "pods", "-n", namespace, "--field-selector=status.phase!=Succeeded", "-o"],
      'jsonpath={range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}',
    );
    const waiting = list.split("\n").filter((line) => line !== "" && !line.endsWith("=True"));
    if (waiting.length === 0) return true;
    throw new Error(waiting.join(", "));
  });

test("registry, gateway and store are killed at random", async (t) => {
  const kills: Record<Part, number> = { registry: 0, gateway: 0, server: 0 };
  const parts = Object.keys(kills) as Part[];
  const kill = async () => {
    const deadline = performance.now() + seconds * 1000;
    while (performance.now() < deadline) {
      const part = parts.find((each) => kills[each] === 0) ?? parts[randomInt(parts.length)] ?? "registry";
      if (await containers.signal(part, "KILL")) kills[part] += 1;
      await sleep(randomInt(2000, 5000));
    }
    t.diagnostic(JSON.stringify(kills));
    assert.ok(Math.min(...Object.values(kills)) > 0, "each was killed");
  };
  // The kubelet starts a container again at once, then after 10 s, and twice as long each time.
  const pause = () => 10 * 2 ** (Math.max(...Object.values(kills)) - 2);
  const { outcomes } = await endured(t, kill, () => Math.min(pause(), 300) + 20);
  assert.ok(Object.keys(outcomes).length > 1, "nobody noticed: were they killed?");
  await allRun();
});

test("the node loses its power and gets it back, without an uplink", async (t) => {
  const power = (verb: "off" | "on") => localOk([verb, "--name", clusterName(), node]);
  const outage = async () => {
    await power("off");
    await sleep(5000);
    await power("on");
  };
  const { outcomes } = await endured(t, outage, () => 60);
  assert.ok((outcomes.EHOSTUNREACH ?? 0) + (outcomes.ECONNREFUSED ?? 0) > 0, "nobody noticed: was it off?");
  await allRun();
});

test("up is killed at ten moments of a change that starts all anew; the next up mends it", async (t) => {
  let latest = Math.min(upSeconds, seconds / 4);
  let killed = 0;
  const kills = async () => {
    for (let round = 1; round <= 10; round++) {
      const memory = (most: number) => `{"memory":"${most + round}Mi"}`;
      const resources = `{"registry":${memory(256)},"store":${memory(256)}}`;
      const args = [
        ...["--config", `edge-registry:certificate={"validityDays":${800 - round}}`],
        ...["--config", `edge-registry:resources=${resources}`],
      ];
      const afterMs = randomInt(500, Math.round(latest * 1000));
      const kill = { afterMs, signal: "SIGKILL", group: true } as const;
      const { code, killedBy, seconds: took, changes } = await site.stack.up({ args, kill });
      const end = killedBy ?? `exit code ${code}`;
      console.log(`${took.toFixed(1)} s, ${changes.length} changes begun: ${end}`);
      if (killedBy === "SIGKILL") killed += 1;
      // One that ended before shows how long such a change takes: the moments after that are no more of one.
      else latest = Math.min(latest, took);
      await site.stack.command("cancel", "--yes");
    }
    await site.must("up");
  };
  await endured(t, kills, () => 30);
  assert.ok(killed > 5, `${killed} of ten were killed, the others had ended`);
  assert.deepEqual((await site.must("up")).changes, []);
});

test("the API server is away for 30 s, and nobody who pushes or pulls notices", async (t) => {
  const signal = (name: "STOP" | "CONT") =>
    onNode("control-plane", `kill -${name} $(pgrep -x kube-apiserver)`);
  const away = async () => {
    await signal("STOP");
    await sleep(30_000);
    await signal("CONT");
  };
  const { outcomes } = await endured(t, away, () => 15);
  assert.deepEqual(Object.keys(outcomes), ["200"]);
  await kubectl("wait", "nodes", "--all", "--for=condition=Ready", "--timeout=30s");
  await allRun();
});

test("the store does not answer for 30 s", async (t) => {
  const away = async () => {
    assert.ok(await containers.signal("server", "STOP"));
    await sleep(30_000);
    assert.ok(await containers.signal("server", "CONT"));
  };
  const { outcomes, longestSeconds } = await endured(t, away, () => 30);
  // Those who ask meanwhile wait for it, or are told that it is away, as the registry's retries happen to fall.
  assert.ok(longestSeconds > 20 || Object.keys(outcomes).length > 1, "nobody noticed: was it away?");
  await allRun();
});

test("a client whose clock is an hour ahead pushes and pulls; an hour behind, it is told that the certificate is newer", async () => {
  const { crane } = person;
  const client = (clock: string, ...flags: readonly string[]) =>
    new ClockedClient(person, accountOf(person, "regUser"), clock, flags);
  const shown = (image: string) => crane.run("regPuller", "digest", crane.image(image));
  assert.equal(await client("1 hour").pushAndPull("clock", "ahead"), await shown("clock:ahead"));
  const behind = client("1 hour ago").pushAndPull("clock", "behind");
  await assert.rejects(behind, /SSL certificate problem: certificate is not yet valid/);
  await assert.rejects(shown("clock:behind"), /404|MANIFEST_UNKNOWN/);
  // Nothing else goes by its clock: once the certificate is older than the client is behind, it pushes and pulls.
  const later = client("1 hour ago", "--insecure");
  assert.equal(await later.pushAndPull("clock", "behind"), await shown("clock:behind"));
});

test("nothing that was acknowledged is lost or changed", async (t) => {
  await probe.stop();
  await load.stop();
  t.diagnostic(`${load.acknowledged.size} images`);
  assert.ok(load.acknowledged.size > 20, `${load.acknowledged.size}`);
  assert.deepEqual(await load.verify(), []);
});
