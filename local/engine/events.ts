import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

const running = "creating|updating|deleting|replacing|reading|refreshing|importing";

const noise = [
  // A step that begins, or goes on as it should.
  new RegExp(
    ` (${running})( replacement| original)? \\(\\d+s\\)(\\[retain\\])?( \\[diff: [^\\]]*\\];?)?( Skipping await logic| Resource scheduled for deletion)?$`,
  ),
  // A component, which is no more than its parts.
  /^ [ +~-]+ edge-registry:index:\w+ [\w-]+ (created|updated|deleted|replaced)( \([\d.]+s\))?$/,
  // The stack goes with its cluster.
  /^The resources in the stack have been deleted, but|^If you want to remove the stack completely/,
];

/** Whether a line of the engine's says something that another line does not say too. */
export const isNews = (line: string): boolean => !noise.some((pattern) => pattern.test(line.trimEnd()));

/** Passes on the lines that are news: without a terminal the engine prints several for each resource. */
export async function passNews(from: Readable, to: Writable): Promise<void> {
  for await (const line of createInterface({ input: from })) {
    if (isNews(line)) to.write(`${line.trimEnd()}\n`);
  }
}
