import { labelsOf } from "../../render/names.ts";
import { isDnsName } from "./names.ts";
import type { Problem } from "./problems.ts";
import type { Place, Reader } from "./reader.ts";
import { show, sortOf } from "./show.ts";

/** The labels that the stack itself gives, and knows its objects by. */
const own = Object.keys(labelsOf("", ""));

const name = /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

/** Whether Kubernetes takes a text for a label's key: a name, or a DNS name, a slash and a name. */
function isKey(text: string): boolean {
  const [last = "", prefix, ...more] = text.split("/").toReversed();
  return name.test(last) && (prefix === undefined || isDnsName(prefix)) && more.length === 0;
}

/** Labels for objects of the stack's, beside its own. */
export const readLabels: Reader<Readonly<Record<string, string>>> = (value, at: Place) => {
  const rule = 'an object of labels such as {"release": "monitoring"}';
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return void at.problems.add(at.key, { rule, got: sortOf(value) });
  const faults = Object.entries(value).flatMap(([key, one]) => faultOf(key, one) ?? []);
  for (const fault of faults) at.problems.add(at.key, { rule, ...fault });
  return faults.length === 0 ? (value as Readonly<Record<string, string>>) : undefined;
};

/** What is wrong with a label. */
function faultOf(key: string, value: unknown): Omit<Problem, "rule"> | undefined {
  const got = `${JSON.stringify(key.slice(0, 60))} with ${typeof value === "string" ? show(value) : sortOf(value)}`;
  if (!isKey(key)) return { got, why: "that is no key of a label" };
  if (own.includes(key)) return { got, why: "that label is the stack's own: leave it out" };
  if (typeof value !== "string") return { got, why: "put it in quotes" };
  if (value === "" || name.test(value)) return undefined;
  return {
    got,
    why: "values have at most 63 of letters, digits, -, _ and ., with a letter or digit at both ends",
  };
}
