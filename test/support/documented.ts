import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "./site.ts";

/** The lines of the shell blocks below a heading of `docs/operations.md`, up to the next heading. */
export async function documented(heading: string): Promise<readonly string[]> {
  const text = await readFile(join(checkout, "docs/operations.md"), "utf8");
  const section = text.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`));
  const blocks = [...(section ?? "").matchAll(/^```sh\n(.*?)^```$/gms)];
  const lines = blocks.flatMap(([, block = ""]) => block.trim().split("\n"));
  if (lines.length === 0) throw new Error(`expected commands below "${heading}"`);
  return lines;
}

/** The words of a line for `pulumi`, as a shell would cut it. */
export function pulumiWords(line: string): readonly string[] {
  const [command, ...words] = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain,
  );
  if (command !== "pulumi") throw new Error(`expected a line for pulumi, got ${line}`);
  return words.map((word) => word ?? "");
}
