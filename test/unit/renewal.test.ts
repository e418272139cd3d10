import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { beginOf, periodAt } from "../../render/renewal.ts";
import { provider } from "../../resources/renewal-clock.ts";

const from = new Date("2026-01-01T00:00:00Z");
const after = (days: number) => new Date(from.getTime() + days * 24 * 60 * 60 * 1000);
const dates = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
const lengths = fc.integer({ min: 1, max: 825 });

test("a certificate is renewed when its period ends, and not before", () => {
  const periods = [0, 411.999, 412, 412 * 3 + 1].map((days) => periodAt(from, 412, after(days)));
  assert.deepEqual(periods, [0, 0, 1, 3]);
  assert.deepEqual(beginOf(from, 412, 2), after(824));
});

test("a clock that is behind the authority's counts as its start", () => {
  assert.equal(periodAt(from, 412, after(-1000)), 0);
});

test("a later time is in no earlier period, and the next one begins later", () => {
  fc.assert(
    fc.property(dates, lengths, dates, dates, (start, days, one, other) => {
      const [earlier, later] = one < other ? [one, other] : [other, one];
      const [first, second] = [periodAt(start, days, earlier), periodAt(start, days, later)];
      assert.ok(first >= 0 && first <= second);
      const next = beginOf(start, days, second + 1);
      assert.ok(next > later);
      assert.equal(periodAt(start, days, next), second + 1);
    }),
  );
});

const reached = { authority: "2026-01-01T00:00:00.000Z", days: 412, period: 3, latest: 3 };
const moves = async (news: Partial<typeof reached>) => {
  const { changes, replaces } = (await provider.diff?.(reached, { ...reached, ...news })) ?? {};
  return [changes, replaces];
};

test("the clock goes on where a later period is reached", async () => {
  assert.deepEqual(await moves({}), [false, []]);
  assert.deepEqual(await moves({ latest: 4 }), [false, []]);
  assert.deepEqual(await moves({ period: 4, latest: 4 }), [true, []]);
});

test("the clock stays where a machine's is a bit behind, and turns back where it had been counted wrongly", async () => {
  assert.deepEqual(await moves({ period: 2 }), [false, []]);
  assert.deepEqual(await moves({ period: 2, latest: 2 }), [true, []]);
});

test("the clock begins anew with another authority, or another length", async () => {
  assert.deepEqual(await moves({ authority: "2030-01-01T00:00:00.000Z", period: 0, latest: 0 }), [
    true,
    ["authority"],
  ]);
  assert.deepEqual(await moves({ days: 10 }), [true, ["days"]]);
});
