import { createHash } from "node:crypto";
import { encodeBase64, hashSync } from "bcryptjs";

/** The cost that the random provider hashes generated passwords with. */
const cost = 10;

/** A password's bcrypt hash for a given salt of 16 bytes, so that it is the same at each run. */
export function bcryptOf(password: string, salt: Uint8Array): string {
  return hashSync(password, `$2b$${cost}$${encodeBase64(salt, 16)}`);
}

/**
 * The same at bcrypt's least cost, a thousandth of a second, salted by another hash of it. Only for generated passwords:
 * those of 32 characters are not found by guessing, however fast that is, while each guess at the usual cost takes a
 * twentieth of a second of a processor from everyone else. With 64 guessing, a pull took a second.
 */
export function cheapOf(password: string, hash: string): string {
  const salt = createHash("sha256").update(hash).digest().subarray(0, 16);
  return hashSync(password, `$2b$04$${encodeBase64(salt, 16)}`);
}
