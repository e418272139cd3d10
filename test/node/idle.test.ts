/** What the loop costs while nothing happens. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { FakeHost } from "./fake-host.ts";

const seconds = 20;

test("an idle agent takes at most 0.2 % of a core and 3 MiB, its children counted", async (t) => {
  const host = new FakeHost();
  const { pid } = host.run(t);
  await delay(8000); // it has written, has seen that all is right, and rests
  const before = ticks(pid);
  await delay(seconds * 1000);
  const share = (ticks(pid) - before) / 100 / seconds;
  assert.ok(share <= 0.002, `${(share * 100).toFixed(2)} %`);
  const [, resident = ""] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  assert.ok(Number(resident) <= 3 * 1024, `${resident} kB`);
  t.diagnostic(`${(share * 100).toFixed(2)} % of a core, ${resident} kB`);
});

/** Hundredths of a second of a process and of its children that have ended. */
function ticks(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}
