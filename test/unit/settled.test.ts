import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiRefusal, Unreachable } from "../../cluster/client.ts";
import { pauseMillis, settled } from "../../cluster/settled.ts";

const begun = { text: "it begins", failed: false };
const broken = { text: "it is broken", failed: true };

/** Answers one after the other, the last of them for ever; counts how often it was asked. */
function answers(...list: readonly (readonly { readonly text: string; readonly failed: boolean }[])[]) {
  const asked = { times: 0 };
  return { asked, ask: async () => list[asked.times++] ?? list.at(-1) ?? [] };
}

test("what is settled is asked once", async () => {
  const { asked, ask } = answers([]);
  await settled(ask, { patienceSeconds: 0 });
  assert.equal(asked.times, 1);
});

test("it is asked again until nothing is left", async () => {
  const { asked, ask } = answers([begun, broken], [begun], []);
  await settled(ask, { patienceSeconds: 60 });
  assert.equal(asked.times, 3);
});

test("out of patience, all that is left is told", async () => {
  const { ask } = answers([begun, broken]);
  await assert.rejects(settled(ask, { patienceSeconds: 0 }), { message: "it begins\nit is broken" });
});

test("what has failed is waited for less than what has begun", { timeout: 5000 }, async () => {
  const patience = { patienceSeconds: 60, failedSeconds: 0 };
  await assert.rejects(settled(answers([broken]).ask, patience), { message: "it is broken" });
  const { asked, ask } = answers([begun, broken], [begun], [broken]);
  await assert.rejects(settled(ask, patience), { message: "it is broken" });
  assert.equal(asked.times, 3);
});

test("what lasts is waited for less, once nothing else is left", { timeout: 5000 }, async () => {
  const lasts = { text: "it lasts", failed: true, lasting: true };
  const patience = { patienceSeconds: 60, lastingSeconds: 0 };
  const { asked, ask } = answers([lasts, broken], [lasts, begun], [lasts]);
  await assert.rejects(settled(ask, patience), { message: "it lasts" });
  assert.equal(asked.times, 3);
});

test("what is refused is waited for no more, whatever else has begun", { timeout: 5000 }, async () => {
  const refused = { text: "it is not ours", failed: true, refused: true };
  const { asked, ask } = answers([begun], [begun, refused], []);
  await assert.rejects(settled(ask, { patienceSeconds: 60 }), { message: "it begins\nit is not ours" });
  assert.equal(asked.times, 2);
});

test("an API server that does not answer just now is asked again, one that refuses is not", async () => {
  for (const hiccup of [
    new Unreachable("gone"),
    new ApiRefusal(503, "restarting"),
    new ApiRefusal(429, "too many"),
  ]) {
    const errors: Error[] = [hiccup];
    const ask = async () => {
      const error = errors.pop();
      if (error) throw error;
      return [];
    };
    await settled(ask, { patienceSeconds: 60, failedSeconds: 0 });
    await assert.rejects(
      settled(() => Promise.reject(hiccup), { patienceSeconds: 0 }),
      {
        message: hiccup.message,
      },
    );
  }
  const refused = new ApiRefusal(403, "forbidden");
  let times = 0;
  const ask = () => (times++ ? Promise.resolve([]) : Promise.reject(refused));
  await assert.rejects(settled(ask, { patienceSeconds: 60 }), refused);
});

test("it is asked often at first, and once a second later", () => {
  assert.deepEqual([0, 9999, 10_000, 100_000].map(pauseMillis), [200, 200, 1000, 1000]);
});
