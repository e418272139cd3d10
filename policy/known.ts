/**
 * A plain copy of what the engine hands over, without what a preview cannot know yet: each look at such a value throws.
 * What is left out is judged by the `up`.
 */
export function known(value: unknown): unknown {
  if (Array.isArray(value)) return indices(value).flatMap((index) => look(() => value[index]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.keys(value).flatMap((key) => look(() => Reflect.get(value, key)).map((one) => [key, one])),
  );
}

const indices = ({ length }: readonly unknown[]) => Array.from({ length }, (_, index) => index);

/** What there is to see: one thing, or nothing. */
function look(at: () => unknown): readonly unknown[] {
  try {
    return [known(at())];
  } catch (error) {
    if (error instanceof Error && error.constructor.name === "UnknownValueError") return [];
    throw error;
  }
}
