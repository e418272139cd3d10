/** What is wrong with the settings: all of it at once, a line for each problem. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  /** Each problem's sentence, in the order of the settings. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** One thing that a setting should be and is not. */
export interface Problem {
  /** The rule it breaks, in words that follow "expected". */
  readonly rule: string;
  /** What stands there, in words that follow "got". */
  readonly got: string;
  /** What is wrong with just this value, or why the rule is one. */
  readonly why?: string | undefined;
  /** What to run. */
  readonly run?: string | undefined;
}

/** Collects the problems while settings are read. */
export class Problems {
  readonly #found: { readonly key: string; readonly sentence: string }[] = [];

  add(key: string, { rule, got, why, run }: Problem): void {
    const reason = why === undefined ? "" : `: ${why}`;
    const command = run === undefined ? "" : `; run: ${run}`;
    this.#found.push({ key, sentence: `${key}: expected ${rule}, got ${got}${reason}${command}` });
  }

  /** Whether something is wrong with a setting, or with a part of it. */
  concern(key: string): boolean {
    return this.#found.some(
      (one) => one.key === key || one.key.startsWith(`${key}.`) || one.key.startsWith(`${key}[`),
    );
  }

  throwAny(): void {
    if (this.#found.length > 0) throw new SettingsError(this.#found.map(({ sentence }) => sentence));
  }
}

/** The command that gives a setting a value: `--path` is for those inside of others. */
export function command(key: string, value: string): string {
  const whole = `edge-registry:${key}`;
  if (!/[.[]/.test(key)) return `pulumi config set ${whole} ${value}`;
  return `pulumi config set --path ${key.includes("[") ? `'${whole}'` : whole} ${value}`;
}
