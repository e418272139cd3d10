import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** One of the person's folders as the XDG rules have it: what the variable says if that is a whole path. */
export function personalFolder(variable: string, usual: string): string {
  const said = process.env[variable] ?? "";
  return join(isAbsolute(said) ? said : join(homedir(), usual), "edge-registry");
}
