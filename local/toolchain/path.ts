import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { run } from "../machine/run.ts";
import { cacheDirectory } from "./cache.ts";
import type { Preferred } from "./tools.ts";
import { atLeast } from "./version.ts";

/** The full path of a command as a shell would find it, except for what we put on PATH ourselves. */
export async function which(
  name: string,
  path: string = process.env.PATH ?? "",
): Promise<string | undefined> {
  const folders = path
    .split(delimiter)
    .filter((folder) => folder.startsWith("/") && !`${folder}/`.startsWith(`${cacheDirectory}/`));
  for (const folder of folders) {
    const candidate = join(folder, name);
    if (await isProgram(candidate)) return candidate;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Where this machine has the preferred commands, by name; undefined where one is missing or the first too old. */
export async function findPreferred(wanted: Preferred): Promise<ReadonlyMap<string, string> | undefined> {
  const found = new Map<string, string>();
  for (const command of wanted.commands) {
    const path = await which(command);
    if (path === undefined) return undefined;
    found.set(command, path);
  }
  // Or the engine makes its folder in the person's home.
  const env = { PULUMI_HOME: join(cacheDirectory, "pulumi"), PULUMI_SKIP_UPDATE_CHECK: "true" };
  const version = await run(found.get(wanted.commands[0]) ?? "", wanted.versionArguments, { env }).catch(
    () => "",
  );
  return atLeast(version, wanted.atLeast) ? found : undefined;
}
