import { readdirSync } from "node:fs";
import { join } from "node:path";

/** A group of tests that is run as one, in a process of its own. */
export interface Suite {
  readonly name: string;
  readonly files: readonly string[];
  /** What it should take at the most on two cores; the run prints it beside what it took. */
  readonly budgetSeconds: number;
  /** What has to be there: nothing, the tools, or the three-node cluster that such suites share. */
  readonly needs: "nothing" | "tools" | "cluster";
}

const inFolder = (folder: string, ending: string) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => join(import.meta.dirname, folder, name));

const e2e = (name: string, budgetSeconds: number, needs: Suite["needs"]): Suite => ({
  name,
  files: [join(import.meta.dirname, "e2e", `${name}.test.ts`)],
  budgetSeconds,
  needs,
});

/** The tests of the pure parts. */
export const unitSuites: readonly Suite[] = [
  { name: "unit", files: inFolder("unit", ".test.ts"), budgetSeconds: 15, needs: "nothing" },
];

/** The tests on real parts, in the order they run, one at a time. */
export const e2eSuites: readonly Suite[] = [
  e2e("images", 15, "tools"),
  e2e("refusals", 60, "tools"),
  e2e("cluster", 70, "tools"),
  e2e("faults", 120, "tools"),
  e2e("deploy", 60, "tools"),
  e2e("plugins-random", 15, "tools"),
  e2e("plugins-tls", 15, "tools"),
  e2e("plugins-minio", 30, "tools"),
  e2e("plugins-kubernetes", 90, "cluster"),
  e2e("plugins-workloads", 90, "cluster"),
];
