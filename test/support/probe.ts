import { setTimeout as sleep } from "node:timers/promises";
import type { Account, Person } from "./site.ts";

/** What a client without retries was answered: a status, with the code of an error's body, or a broken connection. */
export type Outcomes = Readonly<Record<string, number>>;

/** Asks for one manifest, several times a second, over a new connection each time, and counts the answers. */
export class Probe {
  readonly #person: Person;
  readonly #account: Account;
  readonly #path: string;
  readonly #timeoutSeconds: number;
  readonly #work: Promise<void>;
  #outcomes: Record<string, number> = {};
  #stopped = false;

  constructor(person: Person, account: Account, path: string, timeoutSeconds: number) {
    this.#person = person;
    this.#account = account;
    this.#path = path;
    this.#timeoutSeconds = timeoutSeconds;
    this.#work = this.#loop();
  }

  /** What was answered since the last time. */
  take(): Outcomes {
    const taken = this.#outcomes;
    this.#outcomes = {};
    return taken;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      const outcome = await this.#ask();
      this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
      await sleep(200);
    }
  }

  async #ask(): Promise<string> {
    const signal = AbortSignal.timeout(this.#timeoutSeconds * 1000);
    try {
      const headers = { accept: "application/vnd.oci.image.manifest.v1+json" };
      const question = { account: this.#account, headers, signal };
      const { status, code } = await this.#person.https.send("GET", this.#path, question);
      return status === 200 ? "200" : `${status} ${code}`;
    } catch (error) {
      if (signal.aborted) return `nothing within ${this.#timeoutSeconds} s`;
      return error instanceof Error && "code" in error ? `${error.code}` : `${error}`;
    }
  }
}
