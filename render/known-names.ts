const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The most characters of base64 that a password of 72 bytes, all that bcrypt reads, can take after the name's own. */
const passwordCharacters = 97;

/**
 * A regular expression (RE2) that the one `Authorization` header of someone with one of these names matches, whatever
 * the password is, and nothing else.
 */
export function signInPattern(names: readonly string[]): string {
  if (names.length === 0) return "^\\b$"; // matches nothing
  const any = names.map(beginning).join("|");
  return `^(?i:basic) (?:${any})[A-Za-z0-9+/]{0,${passwordCharacters}}={0,2}$`;
}

/** What the base64 of `name:…` begins with; the name may end within a character, of which it then sets the first bits. */
function beginning(name: string): string {
  const bytes = Buffer.from(`${name}:`);
  const whole = Math.floor((bytes.length * 8) / 6);
  const text = bytes.toString("base64");
  const known = (bytes.length * 8) % 6;
  const prefix = text.slice(0, whole).replace(/\+/g, "\\+");
  if (known === 0) return prefix;
  const first = alphabet.indexOf(text.charAt(whole));
  return `${prefix}[${alphabet.slice(first, first + 2 ** (6 - known))}]`;
}
