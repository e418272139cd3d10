import type { Pod } from "./pods.ts";

/** Signs of a secret in a text that is no secret's place. */
const signs: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
  [/\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}/, "a password's hash"],
  [/"auth"\s*:\s*"[A-Za-z0-9+/=]+"/, "a docker login"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:]+:[^\s/@]+@/i, "a password in a URL"],
  [/\b(AKIA|ASIA)[A-Z0-9]{16}\b/, "an access key"],
  [/\bAuthorization:\s*(Basic|Bearer)\s+\S+/i, "an authorization header"],
];

/** Names of variables and options that hold secrets, unless it is a file's path that they hold. */
const telling = /(password|passwd|secret|token|access[-_]?key|private[-_]?key|credential)/i;

/** Names of a secret itself, and not of how it is made or where it is. */
const secretsName = /(password|passwd|(secret|access|private)[-_.]?key|token|credentials?)(\.(txt|json))?$/i;

/** What a text betrays. */
const betrayed = (text: string) => signs.filter(([sign]) => sign.test(text)).map(([, what]) => what);

const isPath = (text: string) => text.startsWith("/") || /_?(file|path|dir)$/i.test(text);

/** A variable that Kubernetes or a shell puts something in the place of. */
const isReference = (text: string) => /^\$(\w+|\(\w+\)|\{\w+\})$/.test(text);

/** Whether a text is a secret itself, where its name says that there is one. */
const isLiteral = (text: string) =>
  !["", "true", "false"].includes(text) && !isPath(text) && !isReference(text);

/** Secrets in the clear in what a pod is started with. */
export function inThePod({ containers }: Pod): readonly string[] {
  return containers.flatMap(({ name, command = [], args = [], env = [] }) => {
    const words = [...command, ...args];
    const variables = env.filter(({ value }) => value !== undefined && value !== "");
    return [
      ...words.flatMap((word) =>
        betrayed(word).map((what) => `container ${name} has ${what} in its command`),
      ),
      ...words
        .filter((word) => /^--?[\w-]+=./.test(word) && isTold(...halves(word)))
        .map((word) => `container ${name} has a secret in its command, after ${halves(word)[0]}=`),
      ...before(words).map((option) => `container ${name} has a secret in its command, after ${option}`),
      ...variables
        .filter(({ name: variable, value }) => isTold(variable, value) || betrayed(value).length > 0)
        .map(({ name: variable }) => `container ${name} has a secret in its variable ${variable}`),
    ];
  });
}

/** Secrets in texts that have names. */
export function inTheTexts(texts: Readonly<Record<string, unknown>> = {}): readonly string[] {
  return Object.entries(texts).flatMap(([key, text]) =>
    betrayed(String(text)).map((what) => `its ${key} holds ${what}`),
  );
}

/** Secrets in a ConfigMap. */
export function inTheMap(data: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const told = Object.entries(data)
    .filter(([key, text]) => secretsName.test(key) && isLiteral(String(text).trim()))
    .map(([key]) => `its ${key} holds a secret`);
  return [...inTheTexts(data), ...told];
}

const isTold = (name: string, value: string) => telling.test(name) && isLiteral(value) && !isPath(name);

/** The options that have a secret as the word after them. */
const before = (words: readonly string[]) =>
  words.filter((word, index) => {
    const next = words[index + 1] ?? "";
    return isOption(word) && secretsName.test(word) && isLiteral(next) && !next.startsWith("-");
  });

/** Whether a word is an option that may take a value, as one with no- does not. */
const isOption = (word: string) => /^--?(?!no-)[a-z][\w-]*$/i.test(word);

const halves = (word: string): [string, string] => {
  const [name = "", ...rest] = word.split("=");
  return [name, rest.join("=")];
};
