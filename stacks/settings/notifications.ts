import { isDnsName } from "./names.ts";
import type { Place, Reader } from "./reader.ts";
import { choice, type Fault, faults, text, whole, yesNo } from "./scalars.ts";
import { sortOf } from "./show.ts";
import { list, object } from "./structures.ts";

/** Somebody who is told of what happens in the registry. */
export interface NotificationSettings {
  readonly name: string;
  /** Shown in the registry's log where it cannot be told, so nothing secret belongs in it. */
  readonly url: string;
  /** Headers of each request, such as one that signs in. @default {} */
  readonly headers: Readonly<Record<string, string>>;
  /** What is told. @default ["push", "delete"] */
  readonly events: readonly Event[];
  /** How long an answer may take. @default 5 */
  readonly timeoutSeconds: number;
  /** After how many failures one after the other it is left alone for a while. @default 5 */
  readonly threshold: number;
  /** For how long. @default 10 */
  readonly backoffSeconds: number;
}

export type Event = (typeof events)[number];

/** All that there is to tell, in distribution's words; a mount is a push of what another repository has. */
export const events = ["push", "pull", "delete"] as const;

const parsed = (url: string) => (URL.canParse(url) ? new URL(url) : undefined);

/** Distribution writes the whole URL where nobody takes what it tells. */
function logged(part: string): string {
  return `the registry writes the URL to its log when it cannot be told: leave out its ${part}, a token belongs in headers`;
}

const notAUrl: Fault = faults(
  [(url) => !/^https?:\/\//.test(url) || parsed(url) === undefined, ""],
  [(url) => parsed(url)?.username !== "" || parsed(url)?.password !== "", logged("user or password")],
  [(url) => url.includes("?"), logged("query")],
  [(url) => parsed(url)?.hash !== "", "leave out what is behind #"],
  [/\s/, "it has blanks"],
);

/** Takes any text for a header's value that one line of HTTP can hold; shows none. */
const readHeaders: Reader<Readonly<Record<string, string>>> = (value, at: Place) => {
  const rule = 'an object of texts such as {"Authorization": "Bearer …"}';
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return void at.problems.add(at.key, { rule, got: sortOf(value) });
  const wrong = Object.entries(value).find(
    ([name, one]) =>
      !/^[A-Za-z][A-Za-z0-9-]{0,99}$/.test(name) || typeof one !== "string" || !/^[\x20-\x7e]+$/.test(one),
  );
  if (wrong === undefined) return value as Readonly<Record<string, string>>;
  const why = "names have letters, digits and -, and values the characters of ASCII";
  return void at.problems.add(at.key, { rule, got: "something else", why });
};

const form = '{"name": …, "url": "https://…", "headers": {…}, "events": […]}';

const readOne = object(
  form,
  {
    name: text("a name of 1 to 63 of a-z, 0-9, - and .", (name) =>
      name.length <= 63 && isDnsName(name) ? undefined : "",
    ),
    url: text("a URL that begins with https://", notAUrl, { secret: true }),
    headers: readHeaders,
    events: list('a list of push, pull and delete such as ["push"]', choice(events), {
      least: 1,
      unlike: String,
    }),
    timeoutSeconds: whole({ least: 1, most: 60, example: 5 }),
    threshold: whole({ least: 1, most: 1000, example: 5 }),
    backoffSeconds: whole({ least: 1, most: 3600, example: 10 }),
    plain: yesNo,
  },
  ["name", "url"],
);

/** Refuses what would be read on its way, unless that is said to be meant. */
const readSafe: typeof readOne = Object.assign(
  (value: unknown, at: Place) => {
    const found = readOne(value, at);
    if (found === undefined || found.plain === true || !found.url.startsWith("http:")) return found;
    return void at.problems.add(`${at.key}.url`, {
      rule: "a URL that begins with https://",
      got: "one with http://",
      why: "names of images and headers could be read on their way; plain: true allows that",
    });
  },
  { fields: readOne.fields ?? {} },
);

export const readNotifications = list(
  'a list such as [{"name": "ci", "url": "https://ci.example.com/pushed"}]',
  readSafe,
  { most: 20, unlike: ({ name }) => name },
);

/** What was given, with the defaults. */
export const notificationsOf = (
  given: ReturnType<typeof readNotifications> = [],
): readonly NotificationSettings[] =>
  given.map(({ plain: _, ...one }) => ({
    headers: {},
    events: ["push", "delete"],
    timeoutSeconds: 5,
    threshold: 5,
    backoffSeconds: 10,
    ...one,
  }));
