/** One holder of a name at a time, also between processes and across their deaths. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "../../machine/lock.ts";

const name = (of: string) => `test/${of}-${process.pid}`;

/** Another process that holds a name until it is killed. */
async function holder(of: string): Promise<ChildProcess> {
  const file = JSON.stringify(join(import.meta.dirname, "../../machine/lock.ts"));
  const script = `
    const { withLock } = await import(${file});
    await withLock(${JSON.stringify(of)}, async () => {
      console.log("held");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  await once(child.stdout, "data");
  return child;
}

test("two holders exclude each other, and the second is told once that it waits", async () => {
  const events: string[] = [];
  const hold = (who: string) =>
    withLock(
      name("pair"),
      async () => {
        events.push(`${who} begins`);
        await sleep(50);
        events.push(`${who} ends`);
        return who;
      },
      { onWait: () => events.push(`${who} waits`) },
    );
  const first = hold("first");
  await sleep(20);
  const second = hold("second");
  assert.deepEqual(await Promise.all([first, second]), ["first", "second"]);
  assert.deepEqual(events, ["first begins", "second waits", "first ends", "second begins", "second ends"]);
});

test("holders of different names do not meet", async () => {
  const inner = () => withLock(name("inner"), async () => "both");
  assert.equal(await withLock(name("outer"), inner, { onWait: () => assert.fail("it waited") }), "both");
});

test("work that fails frees the name and throws its own error", async () => {
  const error = new Error("no");
  await assert.rejects(
    withLock(name("failing"), () => Promise.reject(error)),
    error,
  );
  assert.equal(await withLock(name("failing"), async () => "free"), "free");
});

test("a killed process frees its name", async () => {
  const child = await holder(name("killed"));
  let waited = 0;
  let held = false;
  const lock = withLock(
    name("killed"),
    async () => {
      held = true;
    },
    { onWait: () => waited++ },
  );
  await sleep(120);
  assert.deepEqual([held, waited], [false, 1]);
  child.kill("SIGKILL");
  await lock;
  assert.deepEqual([held, waited], [true, 1]);
});

test("waiting ends with an abort", async () => {
  const second = () =>
    withLock(name("aborted"), () => assert.fail("it got the lock"), { signal: AbortSignal.timeout(50) });
  await withLock(name("aborted"), () => assert.rejects(second, /AbortError/));
});
