/** How many letters must be put in, left out, replaced or swapped with the next to make one word of the other. */
export function distance(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  const far = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= one.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = far(i - 1, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const swapped =
        one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1] ? far(i - 2, j - 2) + 1 : replaced;
      rows[i]?.push(Math.min(replaced, swapped, far(i - 1, j) + 1, far(i, j - 1) + 1));
    }
  }
  return far(one.length, other.length);
}

/** The known word that somebody who wrote another probably meant, if any is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const simple = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const written = simple(word.slice(0, 60));
  const far = (one: string) => (written.length >= 4 && one.startsWith(written) ? 1 : distance(written, one));
  const ranked = known
    .map((one) => ({ one, far: far(simple(one)) }))
    .filter(({ one, far }) => far <= Math.min(3, Math.floor(one.length / 3)))
    .sort((a, b) => a.far - b.far);
  return ranked[0]?.one;
}
