import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes files below a folder that has their parents; contents that are not text become JSON. */
export async function writeFiles(folder: string, files: Readonly<Record<string, unknown>>): Promise<void> {
  const write = ([name, content]: readonly [string, unknown]) =>
    writeFile(join(folder, name), typeof content === "string" ? content : `${JSON.stringify(content)}\n`);
  await Promise.all(Object.entries(files).map(write));
}

/** Settings for a shell script to read: one quoted assignment a line. */
export function shellSettings(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name}='${value.replaceAll("'", "'\\''")}'\n`,
  );
  return lines.join("");
}
