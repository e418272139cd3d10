import { createPrivateKey } from "node:crypto";

/** Something that may be read only where it is needed: a password, a hash of one, or a private key. */
export interface Secret {
  /** What it is, as failures call it. */
  readonly what: string;
  /** A password; or a private key in each form that there is of it, one that OpenSSL reads first. */
  readonly texts: readonly string[];
}

/** The texts by which a secret is known where it is not meant to be, whatever stands around it. */
export function writingsOf({ texts }: Secret): readonly string[] {
  const [first = ""] = texts;
  // In JSON also as part of a text that is JSON itself, as the engine writes what is secret.
  const plain = [first, inJson(first), inJson(inJson(first)), encodeURIComponent(first)];
  if (!isKey(first)) return [...new Set([...plain, ...base64(first)])];
  const number = privateNumber(first);
  const lines = texts.flatMap((text) => linesWith(text, number));
  return [...new Set([...lines, ...lines.flatMap(base64), ...base64(number), number.toString("hex")])];
}

/** Whether a text is a private key in PEM. */
export const isKey = (text: string) => /^\s*-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);

/** The part of base64 that is the same whatever is before and behind: one for each place in a group of three bytes. */
function base64(content: string | Buffer): readonly string[] {
  const bytes = Buffer.from(content);
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const unsure = [0, 3, 2][(before + bytes.length) % 3] ?? 0;
    return text.slice([0, 2, 3][before], text.length - unsure);
  });
}

/** What of an elliptic curve's key is private; the rest is in its certificate as well. */
function privateNumber(pem: string): Buffer {
  const { d } = createPrivateKey(pem).export({ format: "jwk" });
  if (d === undefined) throw new Error("expected a key of an elliptic curve");
  return Buffer.from(d, "base64url");
}

/** The lines of a PEM's body that hold a part of the number. */
function linesWith(pem: string, number: Buffer): readonly string[] {
  const lines = pem.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  const begin = Buffer.from(lines.join(""), "base64").indexOf(number.subarray(1)); // a leading zero may be left out
  if (begin < 0) throw new Error("expected the key's number in its PEM");
  const [from, to] = [(begin * 4) / 3, ((begin + number.length - 1) * 4) / 3];
  let at = 0;
  return lines.filter((line) => {
    const [start, end] = [at, at + line.length];
    at = end;
    // A line with little else than the number's end would be found by chance.
    return Math.min(end, to) - Math.max(start, from) >= 8;
  });
}
