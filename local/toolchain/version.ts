/** The first version number in a text such as `go1.26.8` or `v3.259.0-dev`, as numbers. */
export function versionIn(text: string): readonly number[] | undefined {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found?.slice(1).map((part) => Number(part ?? 0));
}

/** Whether the version in `text` is `minimum` or newer; a text without one is not. */
export function atLeast(text: string, minimum: string): boolean {
  const have = versionIn(text);
  const want = versionIn(minimum);
  if (have === undefined || want === undefined) return false;
  const differs = want.findIndex((number, at) => have[at] !== number);
  return differs === -1 || (have[differs] ?? 0) > (want[differs] ?? 0);
}
