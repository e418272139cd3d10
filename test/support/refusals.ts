import assert from "node:assert/strict";
import { test } from "node:test";
import { least, problems } from "./example-settings.ts";

/** A setting, a wrong value of it, and all that is said of it. */
export type Refusal = readonly [setting: string, value: unknown, message: string | RegExp];

/** Tests that each wrong setting alone has one message, and that it is this one. */
export function refuse(refusals: readonly Refusal[]): void {
  for (const [setting, value, message] of refusals) {
    test(`${setting}: ${JSON.stringify(value).slice(0, 80)} is refused`, () => {
      const [found, ...others] = problems({ ...least, [setting]: value });
      assert.deepEqual(others, []);
      if (typeof message === "string") assert.equal(found, message);
      else assert.match(found ?? "nothing is said", message);
    });
  }
}
