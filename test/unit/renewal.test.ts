import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { renewal } from "../../render/renewal.ts";

const from = new Date("2026-01-01T00:00:00Z");
const after = (days: number) => new Date(from.getTime() + days * 24 * 60 * 60 * 1000);
const dates = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
const periods = fc.integer({ min: 1, max: 825 });

test("a certificate is renewed when its period ends, and not before", () => {
  assert.deepEqual(renewal(from, 412, from), { period: 0, from: after(412) });
  assert.equal(renewal(from, 412, after(411.999)).period, 0);
  assert.deepEqual(renewal(from, 412, after(412)), { period: 1, from: after(824) });
  assert.deepEqual(renewal(from, 412, after(412 * 3 + 1)), { period: 3, from: after(412 * 4) });
});

test("a clock that is behind the authority's counts as its start", () => {
  assert.deepEqual(renewal(from, 412, after(-1000)), { period: 0, from: after(412) });
});

test("the clock never runs backwards, and tells when it next moves", () => {
  fc.assert(
    fc.property(dates, periods, dates, dates, (start, days, one, other) => {
      const [earlier, later] = one < other ? [one, other] : [other, one];
      const [first, second] = [renewal(start, days, earlier), renewal(start, days, later)];
      assert.ok(first.period >= 0 && first.period <= second.period);
      assert.ok(second.from > later);
      assert.equal(renewal(start, days, second.from).period, second.period + 1);
      if (later < first.from) assert.equal(second.period, first.period);
    }),
  );
});
