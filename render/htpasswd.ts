/** One account as a htpasswd file holds it. */
export interface HtpasswdEntry {
  readonly name: string;
  /** In Modular Crypt Format: `$2b$10$…`. */
  readonly hash: string;
}

// A name ends at the first colon and an entry at its line's end; a line that starts with # is a comment.
const name = /^(?!#)[^:\p{Cc}\u2028\u2029]+$/u;
const hash = /^\$[\x21-\x39\x3b-\x7e]+$/;

/** A standard htpasswd file, one `name:hash` line an account; throws on what no line of it can hold. */
export function htpasswdLines(entries: readonly HtpasswdEntry[]): string {
  return entries.map((entry) => `${line(entry)}\n`).join("");
}

/** The accounts of a htpasswd file; blank lines and comments are passed over. */
export function parseHtpasswd(text: string): readonly HtpasswdEntry[] {
  return text
    .split("\n")
    .filter((entry) => entry.trim() !== "" && !entry.startsWith("#"))
    .map((entry) => {
      const colon = entry.indexOf(":");
      return { name: entry.slice(0, colon), hash: entry.slice(colon + 1) };
    });
}

function line(entry: HtpasswdEntry): string {
  // Neither value is told: a hash is as secret as the file, and a name may be a password in the wrong field.
  if (!name.test(entry.name) || entry.name.trim() === "")
    throw new Error("a htpasswd name: expected text without colons and control characters");
  if (!hash.test(entry.hash)) throw new Error("a htpasswd hash: expected $… without spaces and colons");
  return `${entry.name}:${entry.hash}`;
}
