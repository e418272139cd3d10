import { figure, repeated } from "../../local/test/bench/figure.ts";
import { eventually } from "../../local/test/support/cli.ts";
import { type Run, succeeded } from "../../local/test/support/engine.ts";
import { kubectl, nodeAddresses, Site } from "../support/site.ts";

/** The steps that an `up` waits for, by the resource that waits. */
const parts: Readonly<Record<string, string>> = {
  "store-ready": "the store runs",
  "registry-ready": "the registry runs",
  "node-trust-rollout": "every node trusts",
  "proof-pushed": "the proof's image is pushed",
  "proof-rollout": "every node has pulled it",
};

/** What the registry's own life takes, on the cluster in $KUBECONFIG, whose nodes have the images. */
export async function registryFigures(signal: AbortSignal): Promise<void> {
  const [address = ""] = Object.values(await nodeAddresses());
  const site = await Site.create("bench", {
    cluster: { kubeconfig: process.env.KUBECONFIG },
    nodeAddress: address,
    keepImages: "false",
  });
  try {
    const cycles = await repeated(signal, async () => {
      const up = await asPeople(site, "up", "--yes", "--skip-preview");
      const preview = await asPeople(site, "preview");
      const destroy = await asPeople(site, "destroy", "--yes", "--skip-preview");
      await eventually("the cluster to be empty again", 60, async () => {
        const volumes = await kubectl("get", "persistentvolumes", "--output=name");
        return volumes === "" ? true : undefined;
      });
      return { up, preview, destroy };
    });
    const of = (name: keyof (typeof cycles)[number]) => cycles.map((cycle) => cycle[name]);
    figure("up, to a pull proven on every node", of("up").map(seconds), "s", "≤ 15");
    for (const [resource, what] of Object.entries(parts))
      figure(
        `  ${what}`,
        of("up").map((up) => partOf(up, resource)),
        "s",
        "-",
      );
    figure("preview without a change", of("preview").map(seconds), "s", "≤ 2.5");
    figure("destroy", of("destroy").map(seconds), "s", "≤ 12");
    figure(
      "  nodes cleaned",
      of("destroy").map((run) => partOf(run, "node-trust-departure")),
      "s",
      "-",
    );
  } finally {
    await site.end();
  }
}

/** Without the log of all that happens, for which the engine has each debug message sent. */
const asPeople = async (site: Site, ...words: readonly string[]) =>
  succeeded(await site.stack.command(...words));

const seconds = (run: Run) => run.seconds;

/** How long a resource took, as the engine tells it. */
function partOf({ stdout }: Run, resource: string): number {
  const found = new RegExp(`${resource} (?:created|deleted) \\(([\\d.]+)s\\)`).exec(stdout)?.[1];
  return Number(found ?? Number.NaN);
}
