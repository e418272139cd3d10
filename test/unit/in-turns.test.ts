import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inTurns } from "../../cluster/in-turns.ts";

test("only so many are at work at a time, and one that takes long holds up no more than its place", async () => {
  let now = 0;
  let most = 0;
  const done: number[] = [];
  const slow = Promise.withResolvers<void>();
  const results = inTurns([...Array(20).keys()], 3, async (number) => {
    now += 1;
    most = Math.max(most, now);
    await (number === 0 ? slow.promise : sleep(1));
    now -= 1;
    done.push(number);
    return `${number}`;
  });
  while (done.length < 19) await sleep(1);
  slow.resolve();
  assert.deepEqual(
    await results,
    [...Array(20).keys()].map((number) => `${number}`),
  );
  assert.deepEqual([most, done.at(-1)], [3, 0]);
});

test("nothing given is nothing done, and a failure is the whole's", async () => {
  assert.deepEqual(await inTurns([], 3, async () => assert.fail()), []);
  const failing = async (number: number) => {
    if (number === 2) throw new Error("two");
    return number;
  };
  await assert.rejects(inTurns([1, 2, 3], 2, failing), /two/);
});
