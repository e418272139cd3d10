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
  const left = new Set(candidates.flatMap(pairsOf));
  const chosen: Choice<P>[] = [];
  while (left.size > 0) {
    const news = candidates.map((choice) => pairsOf(choice).filter((pair) => left.has(pair)).length);
    const best = candidates[news.indexOf(Math.max(...news))] ?? {};
    for (const pair of pairsOf(best)) left.delete(pair);
    chosen.push(best as Choice<P>);
  }
  return chosen;
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

function pairsOf(choice: Named): readonly string[] {
  const values = Object.entries(choice).map(([part, value]) => `${part}=${value}`);
  return values.flatMap((one, index) => values.slice(index + 1).map((other) => `${one} ${other}`));
}
