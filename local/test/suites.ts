import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { minio, type Tool } from "../toolchain/tools.ts";

/** A group of tests that is run as one, in a process of its own. */
export interface Suite {
  readonly name: string;
  readonly files: readonly string[];
  /** What it should take at the most on two cores; the run prints it beside what it took. */
  readonly budgetSeconds: number;
  /** What has to be there: nothing, the tools, or the three-node cluster that such suites share. */
  readonly needs: "nothing" | "tools" | "cluster";
  /**
   * The lanes of the same needs run beside each other, the suites of one in turn: they look at nothing but what they
   * made themselves. Without one it runs alone, before them.
   */
  readonly lane?: string;
  /** Tools that only few suites need; they are built with all others, so that none is built alone. */
  readonly rareTools?: readonly Tool[];
  /** Whether its files run beside each other, each with a stack of its own: one waits while another works. */
  readonly atOnce?: true;
  /** What Node is told for each of its files. */
  readonly nodeArgs?: readonly string[];
}

const local = import.meta.dirname;
const product = join(local, "../../test");

const testsIn = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".test.ts"))
        .map((name) => join(folder, name))
    : [];

const e2e = (
  house: string,
  name: string,
  budgetSeconds: number,
  needs: Suite["needs"],
  files: readonly string[] = [name],
): Suite => ({
  name,
  files: files.map((file) => join(house, "e2e", `${file}.test.ts`)),
  budgetSeconds,
  needs,
});

const inOwnLane = (suite: Suite): Suite => ({ ...suite, lane: suite.name });

/** The tests of the pure parts. */
export const unitSuites: readonly Suite[] = [
  {
    name: "local",
    files: testsIn(join(local, "unit")),
    budgetSeconds: 15,
    needs: "nothing",
    lane: "waits",
  },
  {
    name: "product",
    files: testsIn(join(product, "unit")),
    budgetSeconds: 150,
    needs: "nothing",
    lane: "works",
    // As the program is run; each of so many processes starts sooner.
    nodeArgs: [`--import=${join(product, "../stacks/leaner-sdk.ts")}`],
  },
  {
    name: "node agent",
    files: testsIn(join(product, "node")),
    budgetSeconds: 150,
    needs: "nothing",
    lane: "waits",
  },
];

/** An S3 service outside the cluster, of any make. */
const externalStore = ["external-store", "external-rights", "external-bucket"];

/** The tests on real parts, in the order they run: one at a time, but for those that may run beside each other. */
export const e2eSuites: readonly Suite[] = [
  e2e(local, "images", 15, "tools"),
  e2e(local, "refusals", 60, "tools"),
  e2e(local, "cluster", 70, "tools"),
  e2e(local, "faults", 140, "tools"),
  e2e(local, "deploy", 75, "tools"),
  e2e(product, "hostile-masses", 100, "tools"),
  // Nodes wait for each other most of the time, what follows them uses little but loopback.
  inOwnLane(e2e(product, "nodes", 240, "tools")),
  {
    ...e2e(product, "gateway", 150, "tools", [
      "gateway",
      "gateway-turns",
      "gateway-reload",
      "renewed-certificate",
      "replicas",
      "notifications",
      "metrics",
    ]),
    lane: "loopback",
  },
  { ...e2e(product, "external-store", 30, "tools", externalStore), lane: "loopback" },
  {
    ...e2e(product, "external-minio", 75, "tools", externalStore),
    lane: "loopback",
    rareTools: [minio],
    nodeArgs: [`--import=${join(product, "support/on-minio.ts")}`],
  },
  {
    ...e2e(product, "hostile", 45, "tools", ["hostile", "hostile-contents", "hostile-disk"]),
    lane: "loopback",
  },
  e2e(product, "registry", 220, "cluster"),
  { ...e2e(product, "cloud", 230, "cluster", ["cloud", "brought-certificate"]), atOnce: true },
  e2e(product, "registry-changes", 200, "cluster"),
  e2e(product, "exposure", 180, "cluster"),
  e2e(product, "side-by-side", 140, "cluster"),
  { ...e2e(product, "registry-bounds", 200, "cluster", ["registry-bounds", "narrow-network"]), atOnce: true },
  e2e(product, "rotation", 160, "cluster"),
  e2e(product, "store", 60, "cluster"),
  { ...e2e(product, "minio", 140, "cluster", ["minio", "minio-disk"]), rareTools: [minio], atOnce: true },
  e2e(product, "store-recovery", 100, "cluster"),
  e2e(product, "secrets", 90, "cluster"),
  // Cuts wait for disks, the other for clocks.
  { ...e2e(product, "recovery", 200, "cluster", ["recovery", "power-cut"]), atOnce: true },
  e2e(product, "faults-under-load", 420, "cluster"),
  e2e(product, "replicas-under-load", 250, "cluster"),
  // The last, beside each other: some wait for a cluster while others have the processor.
  inOwnLane(e2e(local, "plugins-kubernetes", 180, "cluster")),
  inOwnLane(e2e(local, "plugins-refusals", 160, "cluster")),
  inOwnLane(e2e(local, "plugins-workloads", 120, "cluster")),
  inOwnLane(e2e(local, "plugins-random", 130, "cluster")),
  inOwnLane(e2e(local, "plugins-tls", 130, "cluster")),
  inOwnLane({
    ...e2e(local, "plugins-minio", 150, "cluster", ["plugins-minio", "plugins-minio-accounts"]),
    rareTools: [minio],
  }),
];
