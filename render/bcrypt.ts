import { encodeBase64, hashSync } from "bcryptjs";

/** The cost that the random provider hashes generated passwords with. */
const cost = 10;

/** A password's bcrypt hash for a given salt of 16 bytes, so that it is the same at each run. */
export function bcryptOf(password: string, salt: Uint8Array): string {
  return hashSync(password, `$2b$${cost}$${encodeBase64(salt, 16)}`);
}
