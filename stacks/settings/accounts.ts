import { choice, type Fault, faults, text } from "./scalars.ts";
import { list, object } from "./structures.ts";

/** Somebody who may use the registry. */
export interface AccountSettings {
  readonly name: string;
  /** `push` may push, pull and delete; `pull` may pull only. */
  readonly role: "push" | "pull";
  /** @default one that is generated, 32 characters long */
  readonly password?: string;
}

/** The accounts of a registry whose settings name none. */
export const defaultAccounts: readonly AccountSettings[] = [
  { name: "regUser", role: "push" },
  { name: "regPuller", role: "pull" },
];

const nameRule = "1 to 64 of letters, digits and . _ -, with a letter or digit first";
const readName = text(nameRule, (name) => (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) ? undefined : ""));

/** Shows no name with a colon, which may be `name:password`. */
const name: typeof readName = (value, at) => {
  if (typeof value !== "string" || !value.includes(":")) return readName(value, at);
  return void at.problems.add(at.key, { rule: nameRule, got: "one with a colon, which ends a name" });
};

const size = (password: string) => Buffer.byteLength(password, "utf8");

const notAPassword: Fault = faults(
  [(password) => size(password) < 12, "it is shorter; leave it out to have one generated"],
  [(password) => size(password) > 72, "it is longer, and bcrypt reads no more"],
  [/\p{C}/u, "it has characters that are not printed"],
  [/^\s|\s$/u, "it has a blank at an end"],
  [(password) => !password.isWellFormed(), "it is no Unicode text"],
);

const password = text("12 to 72 bytes of printable characters, without blanks at the ends", notAPassword, {
  secret: true,
});

const form = '{"name": …, "role": "push" or "pull", "password": …}';

export const readAccounts = list(
  'a list of at least one account such as [{"name": "ci", "role": "push"}]',
  object(form, { name, role: choice(["push", "pull"]), password }, ["name", "role"]),
  { least: 1, unlike: (account) => account.name },
);
