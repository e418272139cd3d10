import { run } from "../../local/machine/run.ts";
import { parseHtpasswd } from "../../render/htpasswd.ts";

/** The hash of a password by Apache's own `htpasswd`, at the cost that the program uses. */
export async function bcrypt(name: string, password: string): Promise<string> {
  const printed = await run("htpasswd", ["-nbBC", "10", name, password]);
  const [entry] = parseHtpasswd(printed);
  if (!entry) throw new Error(`expected a line of htpasswd's, got ${printed}`);
  return entry.hash;
}

/** Whether Apache's own `htpasswd` takes the password for that account's in a file. */
export async function verifies(file: string, name: string, password: string): Promise<boolean> {
  return await run("htpasswd", ["-vb", file, name, password]).then(
    () => true,
    () => false,
  );
}
