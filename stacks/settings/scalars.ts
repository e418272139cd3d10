import { command } from "./problems.ts";
import type { Place, Reader } from "./reader.ts";
import { show, sortOf } from "./show.ts";

/** What is wrong with a text: why the rule does not hold, or "" where the rule says it all. */
export type Fault = (text: string, at: Place) => string | undefined;

interface TextOptions {
  /** A value that is right, for the command that sets it. */
  readonly example?: string;
  /** Never shown, not even where it is wrong. */
  readonly secret?: boolean;
}

/** A text that follows a rule. */
export function text(
  rule: string,
  fault: Fault,
  { example, secret = false }: TextOptions = {},
): Reader<string> {
  return (value, at) => {
    const run = example === undefined ? undefined : command(at.key, example);
    const got = secret ? sortOf(value) : show(value);
    if (typeof value !== "string") {
      const why = typeof value === "number" ? "put it in quotes" : undefined;
      return void at.problems.add(at.key, { rule, got, why, run });
    }
    const why = fault(value, at);
    if (why === undefined) return value;
    return void at.problems.add(at.key, { rule, got, why: why === "" ? undefined : why, run });
  };
}

/** What a wrong text is known by, and why it is wrong. */
export type Sign = readonly [RegExp | ((text: string) => boolean), string];

/** The first reason whose sign a text bears. */
export function faults(...signs: readonly Sign[]): Fault {
  return (text) => signs.find(([sign]) => (sign instanceof RegExp ? sign.test(text) : sign(text)))?.[1];
}

/** One of a few words; those that are known but refused have their reasons in `not`. */
export function choice<const T extends string>(
  words: readonly [T, ...T[]],
  not: Readonly<Record<string, string>> = {},
): Reader<T> {
  const rule = words.join(" or ");
  return (value, at) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const why = typeof value === "string" && Object.hasOwn(not, value) ? not[value] : undefined;
    return void at.problems.add(at.key, { rule, got: show(value), why, run: command(at.key, words[0]) });
  };
}

/** A boolean; settings that are no part of others arrive as texts. */
export const yesNo: Reader<boolean> = (value, at) => {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  return void at.problems.add(at.key, {
    rule: "true or false",
    got: show(value),
    run: command(at.key, "true"),
  });
};

interface Range {
  readonly least: number;
  readonly most: number;
  readonly example: number;
  /** Why the range ends where it does. */
  readonly why?: string;
}

/** A whole number in a range. */
export function whole({ least, most, example, why }: Range): Reader<number> {
  const rule = `a whole number from ${least} to ${most}`;
  return (value, at) => {
    const digits = typeof value === "number" || (typeof value === "string" && /^\d{1,15}$/.test(value));
    const number = digits ? Number(value) : Number.NaN;
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    const got = typeof value === "number" ? String(value) : show(value);
    return void at.problems.add(at.key, {
      rule,
      got,
      why: digits ? why : undefined,
      run: command(at.key, String(example)),
    });
  };
}
