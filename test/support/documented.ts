import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkout } from "./site.ts";

/** The shell blocks below a heading of a document in `docs`, up to the next heading. */
export async function blocksBelow(heading: string, document: string): Promise<readonly string[]> {
  const text = await readFile(join(checkout, "docs", document), "utf8");
  const section = text.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`));
  const blocks = [...(section ?? "").matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  if (blocks.length === 0) throw new Error(`expected commands below "${heading}" in ${document}`);
  return blocks;
}

/** The lines of those blocks in `docs/operations.md`. */
export async function documented(heading: string): Promise<readonly string[]> {
  return (await blocksBelow(heading, "operations.md")).flatMap((block) => block.trim().split("\n"));
}

/** The words of a line for `pulumi`, as a shell would cut it. */
export function pulumiWords(line: string): readonly string[] {
  const [command, ...words] = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain,
  );
  if (command !== "pulumi") throw new Error(`expected a line for pulumi, got ${line}`);
  return words.map((word) => word ?? "");
}
