import { nearest } from "./nearest.ts";
import type { Fields, Given, Place, Reader } from "./reader.ts";
import { sortOf } from "./show.ts";

/** An object of known fields; `form` shows what it looks like. */
export function object<F extends Fields, Needed extends keyof F & string = never>(
  form: string,
  fields: F,
  needed: readonly Needed[] = [],
): Reader<Given<F, Needed>> {
  const read: Reader<Given<F, Needed>> = (value, at) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return void at.problems.add(at.key, { rule: `an object ${form}`, got: sortOf(value) });
    }
    const found = readFields(value, fields, at);
    const lacking = needed.filter((key) => found[key] === undefined);
    for (const key of lacking.filter((one) => !Object.hasOwn(value, one))) {
      at.problems.add(`${at.key}.${key}`, { rule: `a value, as in ${form}`, got: "nothing" });
    }
    // The fields were read by their own readers, and what is needed is there.
    return lacking.length === 0 ? (found as Given<F, Needed>) : undefined;
  };
  return Object.assign(read, { fields });
}

/** Reads each known field, and reports the unknown ones; an empty key is that of the settings as a whole. */
export function readFields(value: object, fields: Fields, at: Place): Readonly<Record<string, unknown>> {
  const below = (key: string) => (at.key === "" ? key : `${at.key}.${key}`);
  for (const key of Object.keys(value).filter((one) => !Object.hasOwn(fields, one))) {
    reportUnknown(key, fields, { ...at, key: below(printable(key)) });
  }
  const found: Record<string, unknown> = {};
  for (const [key, read] of Object.entries(fields).filter(([one]) => Object.hasOwn(value, one))) {
    const meant = read((value as Readonly<Record<string, unknown>>)[key], { ...at, key: below(key) });
    if (meant !== undefined) found[key] = meant;
  }
  return found;
}

function reportUnknown(key: string, fields: Fields, at: Place): void {
  const known = Object.keys(fields);
  const meant = nearest(key, known);
  const rule = known.length <= 6 ? `only ${known.join(", ")} here` : "a setting that the README lists";
  at.problems.add(at.key, {
    rule,
    got: "an unknown key",
    why: meant === undefined ? undefined : `did you mean ${meant}?`,
  });
}

/** A key as a message may show it: keys can be any text too. */
const printable = (key: string) => (/^[\w-]{1,60}$/.test(key) ? key : JSON.stringify(key.slice(0, 60)));

interface ListOptions<T> {
  /** How few there may be. */
  readonly least?: number;
  readonly most?: number;
  /** What no two of them may share. */
  readonly unlike?: (item: T) => string | number;
}

/** A list of things that one reader understands. */
export function list<T>(form: string, item: Reader<T>, options: ListOptions<T> = {}): Reader<readonly T[]> {
  const { least = 0, most = 1000, unlike } = options;
  const read: Reader<readonly T[]> = (value, at) => {
    if (!Array.isArray(value)) return void at.problems.add(at.key, { rule: form, got: sortOf(value) });
    if (value.length < least || value.length > most) {
      const got = value.length === 0 ? "an empty list" : `${value.length} of them`;
      return void at.problems.add(at.key, { rule: form, got });
    }
    const items = value.map((one, index) => item(one, { ...at, key: `${at.key}[${index}]` }));
    for (const [index, one] of items.entries()) {
      if (one === undefined || unlike === undefined) continue;
      const first = items.findIndex((other) => other !== undefined && unlike(other) === unlike(one));
      if (first === index) continue;
      const got = `${unlike(one)} again`;
      at.problems.add(`${at.key}[${index}]`, { rule: `another than ${at.key}[${first}]`, got });
    }
    return items.filter((one) => one !== undefined);
  };
  return item.fields === undefined ? read : Object.assign(read, { fields: item.fields });
}
