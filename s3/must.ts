import { type Answer, ask, type BucketAddress, type Question } from "./client.ts";
import { codeOf, type Right, silenceOf, type Trouble, troubleOf } from "./trouble.ts";

/** What stands in the way, as an error for what asks several questions. */
export class Hindered extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.sentence);
    this.trouble = trouble;
  }
}

/**
 * Asks, and throws where there is no answer, or one that is no success; `but` are codes that are one too, and `wanted` is
 * the right that the question needs.
 */
export async function must(
  address: BucketAddress,
  question: Question,
  wanted: Right,
  but: readonly string[] = [],
): Promise<Answer> {
  const answer = await ask(address, question).catch((error: Error) => {
    throw new Hindered(silenceOf(address, error));
  });
  if (answer.status >= 200 && answer.status < 300) return answer;
  if (but.includes(codeOf(answer))) return answer;
  throw new Hindered(troubleOf(address, answer, wanted));
}

/** What stands in the way of questions that are asked by `must`. */
export async function trouble(questions: () => Promise<void>): Promise<Trouble | undefined> {
  try {
    await questions();
    return undefined;
  } catch (error) {
    if (error instanceof Hindered) return error.trouble;
    throw error;
  }
}
