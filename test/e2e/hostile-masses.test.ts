/** More than one can serve: connections, guesses, uploads, bytes. All of it bounded, on loopback. See hostile.test.ts. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { after, afterEach, before, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../../local/test/support/cli.ts";
import { openFiles, uploadsAtOnce } from "../../render/memory.ts";
import { resourcesOf } from "../../stacks/settings/resources.ts";
import { Besieged } from "../support/besieged.ts";
import { digestOfMebibytes, mebibytes, upload } from "../support/blobs.ts";
import { beginning, Crowd } from "../support/crowd.ts";
import { DrippingUploads } from "../support/dripping-uploads.ts";
import { guesses } from "../support/guesses.ts";
import { longGreeting } from "../support/long-greeting.ts";
import { bytes } from "../support/raw.ts";
import type { Served } from "../support/witness.ts";

const limits = resourcesOf();
let besieged: Besieged;

before(async () => {
  besieged = await Besieged.start();
});
after(() => besieged?.stop());
afterEach(() => besieged.alive());

/** Has a crowd leave when the test ends, however it does. */
function crowdOf(t: TestContext): Crowd {
  const crowd = new Crowd();
  t.after(() => crowd.leave());
  return crowd;
}

/** Tells what it was like. */
async function told(t: TestContext, { kept, fresh, pushed }: Served): Promise<void> {
  const { gateway, registry } = besieged.pod;
  const peaks = await Promise.all([gateway.peakMemory(), registry.peakMemory()]);
  const [ours, theirs] = peaks.map((peak) => `${Math.round(peak)} MiB`);
  const of = (times: readonly number[]) =>
    `${Math.round(times[times.length >> 1] ?? 0)} ms, at most ${Math.round(times.at(-1) ?? 0)} ms (${times.length})`;
  t.diagnostic(`pulls on a kept connection took ${of(kept)}, on a new one ${of(fresh)}`);
  if (pushed.length > 0) t.diagnostic(`pushes took ${of(pushed)}`);
  t.diagnostic(`peak memory: gateway ${ours}, registry ${theirs}`);
}

test("whoever is slow before signing in is let go within seconds", async (t) => {
  const { raw } = besieged;
  const body = ["Content-Type: x", "Content-Length: 200000"];
  const served = await besieged.unnoticed(
    async () => {
      const slow = [
        ...(await beginning(raw, 100, "GET /v2/ HTTP/1.1\r\nHost: ")),
        ...(await beginning(raw, 100, bytes("POST /v2/a/blobs/uploads/ HTTP/1.1", undefined, body))),
        ...(await beginning(raw, 100, bytes("GET /readyz HTTP/1.1"))),
      ];
      const dripping = setInterval(() => {
        for (const socket of slow) if (socket.writable) socket.write("a");
      }, 500);
      const since = performance.now();
      while (slow.some((socket) => !socket.closed)) {
        const left = slow.filter((socket) => !socket.closed).length;
        assert.ok(performance.now() - since < 30_000, `${left} of ${slow.length} are still there`);
        await delay(100);
      }
      clearInterval(dripping);
      t.diagnostic(`all gone after ${Math.round((performance.now() - since) / 1000)} s`);
    },
    3000,
    5000,
  );
  await told(t, served);
});

test("uploads that drip leave others alone while there is room for one more, and else have pushes wait", {
  timeout: 60_000,
}, async (t) => {
  const room = uploadsAtOnce(limits.registry.memory);
  const uploads = new DrippingUploads(besieged);
  t.after(() => uploads.end());
  await uploads.begin(room - 1);
  await told(t, await besieged.unnoticed(() => delay(1500), 3000, 5000));
  await uploads.begin(1);
  const served = await besieged.unnoticed(async () => {
    const push = besieged.push();
    const first = await Promise.race([push.then(() => "pushed"), delay(2000, "waits")]);
    assert.equal(first, "waits", `there was room for more than ${room}`);
    uploads.endOne();
    await push;
  });
  await told(t, served);
});

test("10,000 idle connections leave kept ones alone, and keep new ones waiting by seconds", async (t) => {
  const { gateway } = besieged.pod.ports;
  const crowd = crowdOf(t);
  let most = 0;
  const served = await besieged.unnoticed(
    async () => {
      most = await besieged.pod.gateway.mostOpenFiles(async () => {
        await crowd.greeting(gateway, 2000);
        await crowd.silent(gateway, 8000);
        t.diagnostic(`${crowd.connected} of them got through, ${crowd.open} are open yet`);
        // Those that find the kernel's queue full knock again after 1, 3 and 7 s.
        await eventually("the crowd to get through", 20, async () => crowd.connected > 9500 || undefined);
      });
    },
    17_000,
    20_000,
  );
  await told(t, served);
  assert.ok((served.kept.at(-1) ?? 0) < 3000);
  const may = openFiles(limits.gateway.memory);
  t.diagnostic(`the gateway had up to ${most} files open, and may have ${may}`);
  assert.ok(most > may * 0.95, `it had but ${most} of the ${may} open that it may`);
});

test("thousands that greet at once, each by another name, do not take its memory", async (t) => {
  const { gateway } = besieged.pod.ports;
  const crowd = crowdOf(t);
  const served = await besieged.unnoticed(async () => {
    for (let round = 0; round < 3; round++) {
      await crowd.greeting(gateway, 2000, 2000);
      await delay(2000);
    }
    t.diagnostic(`${crowd.connected} of them got through, ${crowd.open} are open yet`);
    assert.ok(crowd.connected > 5500);
  }, 17_000);
  await told(t, served);
});

test("greetings as long as they may be are answered, and cost others nothing", async (t) => {
  const { gateway } = besieged.pod.ports;
  const greeting = longGreeting();
  let count = 0;
  const served = await besieged.unnoticed(async () => {
    const until = performance.now() + 5000;
    const greet = async () => {
      for (; performance.now() < until; count++) {
        const socket = connect(gateway, "127.0.0.1");
        socket.write(greeting);
        const [answer]: Buffer[] = await once(socket, "data");
        assert.equal(answer?.[0], 0x16, "no greeting, but an alert");
        socket.destroy();
      }
    };
    await Promise.all(Array.from({ length: 20 }, greet));
  });
  t.diagnostic(`${Math.round(count / 5)} a second`);
  await told(t, served);
});

test("guessing keeps nobody else waiting but for a given password, and that by seconds", async (t) => {
  const { pod, pusher, puller } = besieged;
  for (const [what, name, withinMs] of [
    ["an account with a generated password", pusher.name, 3000],
    ["an account with a given password", puller.name, 10_000],
    ["no account", "nobody", 3000],
  ] as const) {
    let count = 0;
    const spent = await pod.gateway.processorSeconds();
    const served = await besieged.unnoticed(async () => {
      count = await guesses(pod, name, 64, 6);
    }, withinMs);
    const each = ((await pod.gateway.processorSeconds()) - spent) / count;
    t.diagnostic(`${what}: ${Math.round(count / 6)} guesses a second, ${(each * 1000).toFixed(1)} ms each`);
    await told(t, served);
    if (name !== puller.name) assert.ok(each < 0.02, `a guess takes ${each} s of a processor`);
  }
});

test("64 uploads at once are all taken", async (t) => {
  const { client, pusher } = besieged;
  const served = await besieged.unnoticed(async () => {
    const uploads = Array.from({ length: 64 }, async (_, number) => {
      const [seed, count] = [`upload ${number}`, 12];
      const digest = await digestOfMebibytes(seed, count);
      await upload(client, pusher, `team/${number}`, {
        digest,
        bytes: Readable.from(mebibytes(seed, count)),
      });
    });
    await Promise.all(uploads);
  }, 10_000);
  await told(t, served);
});
