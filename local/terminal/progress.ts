/** What a Progress writes to: a terminal, or anything else that takes text. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Seconds since a moment of `performance.now()`, as people read them. */
export function elapsed(since: number, now: number = performance.now()): string {
  const seconds = (now - since) / 1000;
  if (seconds >= 100) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
}

/** Shows long work: on a terminal a line that keeps moving, elsewhere one line an event. */
export class Progress {
  readonly #screen: Screen;
  readonly #running = new Map<string, number>();
  #ticker: NodeJS.Timeout | undefined;

  constructor(screen: Screen = process.stderr) {
    this.#screen = screen;
  }

  /** Prints a line of its own. */
  say(text: string): void {
    this.#clear();
    this.#screen.write(`${text}\n`);
    this.#draw();
  }

  /** Shows `what` as running until `work` ends; `done` says how it ended. */
  async during<T>(what: string, work: () => Promise<T>, done: string = what): Promise<T> {
    const since = performance.now();
    this.#begin(what, since);
    try {
      const result = await work();
      this.#end(what);
      this.say(`  ${done}  ${elapsed(since)}`);
      return result;
    } finally {
      this.#end(what);
    }
  }

  #begin(what: string, since: number): void {
    if (!this.#screen.isTTY) this.#screen.write(`  ${what} …\n`);
    this.#running.set(what, since);
    if (this.#screen.isTTY) this.#ticker ??= setInterval(() => this.#draw(), 200).unref();
  }

  #end(what: string): void {
    this.#running.delete(what);
    if (this.#running.size > 0) return;
    this.#clear();
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  #clear(): void {
    if (this.#screen.isTTY) this.#screen.write("\r\u001b[K");
  }

  #draw(): void {
    if (!this.#screen.isTTY || this.#running.size === 0) return;
    const line = [...this.#running].map(([what, since]) => `${what} ${elapsed(since)}`).join(" · ");
    this.#clear();
    this.#screen.write(`  ${line}`.slice(0, (this.#screen.columns ?? 80) - 1));
  }
}
