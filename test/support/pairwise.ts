/** One value of each part. */
export type Choice<Parts> = { readonly [name in keyof Parts]: keyof Parts[name] };

/** For each part its values by name. */
export type Parts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Few choices in which each value of a part meets each value of every other part, as far as `possible` allows them to
 * meet at all. Most faults that settings cause together are caused by two of them. Of very many choices some are looked
 * at, spread evenly, and always the same.
 */
export function pairwise<P extends Parts>(
  parts: P,
  possible: (choice: Choice<P>) => boolean,
): readonly Choice<P>[] {
  const candidates = some(parts).filter((choice) => possible(choice as Choice<P>));
  const numbers = new Map<string, number>();
  const pairs = candidates.map((choice) => pairsOf(choice, numbers));
  const met = new Uint8Array(numbers.size);
  const chosen: Choice<P>[] = [];
  for (;;) {
    const news = pairs.map((of) => of.reduce((count, pair) => count + (met[pair] === 0 ? 1 : 0), 0));
    const best = Math.max(...news);
    if (best <= 0) return chosen;
    const at = news.indexOf(best);
    for (const pair of pairs[at] ?? []) met[pair] = 1;
    chosen.push(candidates[at] as Choice<P>);
  }
}

/** The pairs of values that meet in no choice. */
export function unmet<P extends Parts>(parts: P, choices: readonly Choice<P>[]): readonly string[] {
  const met = new Set(choices.flatMap((choice) => namesOf(choice as Named)));
  const values = Object.entries(parts).map(([part, of]) =>
    Object.keys(of).map((value) => `${part}=${value}`),
  );
  const pairs = values.flatMap((some, index) =>
    values
      .slice(index + 1)
      .flatMap((others) => some.flatMap((one) => others.map((other) => `${one} ${other}`))),
  );
  return pairs.filter((pair) => !met.has(pair));
}

type Named = Readonly<Record<string, string>>;

const most = 20_000;
const goldenRatio = (Math.sqrt(5) - 1) / 2;

function some(parts: Parts): readonly Named[] {
  const values = Object.entries(parts).map(([part, of]) => [part, Object.keys(of)] as const);
  const total = values.reduce((product, [, of]) => product * of.length, 1);
  const numbers = Array.from({ length: Math.min(total, most) }, (_, at) =>
    total <= most ? at : Math.floor(((at * goldenRatio) % 1) * total),
  );
  return numbers.map((number) => {
    let rest = number;
    const digits = values.map(([part, of]) => {
      const value = of[rest % of.length] ?? "";
      rest = Math.floor(rest / of.length);
      return [part, value] as const;
    });
    return Object.fromEntries(digits);
  });
}

/** Each pair of a choice's values, by a number that it has in all choices. */
function pairsOf(choice: Named, numbers: Map<string, number>): Uint16Array {
  const pairs = namesOf(choice);
  for (const pair of pairs) if (!numbers.has(pair)) numbers.set(pair, numbers.size);
  return Uint16Array.from(pairs, (pair) => numbers.get(pair) ?? 0);
}

function namesOf(choice: Named): readonly string[] {
  const values = Object.entries(choice).map(([part, value]) => `${part}=${value}`);
  return values.flatMap((one, index) => values.slice(index + 1).map((other) => `${one} ${other}`));
}
