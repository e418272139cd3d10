import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "../cluster/record.ts";
import { controlPlaneRuns } from "../cluster/start.ts";
import type { Progress } from "../terminal/progress.ts";
import { card } from "./card.ts";
import { asExports, environmentOf, homeOf } from "./environment.ts";
import { proveFirstImage } from "./first-image.ts";
import { operate } from "./operate.ts";
import { keptBy, outputsOf } from "./outputs.ts";
import { installPlugins } from "./plugins.ts";
import { addressIn, ensureSettings, settingsOf } from "./settings.ts";

/**
 * Deploys the program's `dev` stack on a cluster, carries a first image there and back, and returns the access card.
 * `chosen` are the words by which the person chose the cluster.
 */
export async function deploy(
  cluster: Cluster,
  chosen: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const env = await prepare(cluster, progress, signal);
  await ensureSettings(cluster, env, progress);
  await operate(cluster, env, "up", signal);
  const outputs = await outputsOf(cluster, env, signal);
  const caFile = join(cluster.directory, "registry-ca.crt");
  await writeFile(caFile, outputs.caCertificate);
  // By its address: this machine need not know the registry's name.
  const server = new URL(outputs.url);
  server.hostname = await addressIn(cluster);
  const image = `${server.host}/hello:1`;
  progress.say(await proveFirstImage(cluster, { ...outputs, image, caFile, env, signal }));
  return card(outputs, { caFile, chosen });
}

/** Takes back what was deployed on a cluster, where there is something and the cluster still answers. */
export async function undeploy(cluster: Cluster, progress: Progress, signal: AbortSignal): Promise<void> {
  if (!existsSync(settingsOf(cluster))) return;
  if (!((await controlPlaneRuns(cluster)) && existsSync(join(cluster.bin, "pulumi")))) {
    progress.say(
      `cluster ${cluster.name} does not run or has lost its tools; what was deployed goes with its files`,
    );
    return;
  }
  const env = await prepare(cluster, progress, signal);
  const kept = await keptBy(cluster, env, signal);
  await operate(cluster, env, "destroy", signal);
  if (kept.length === 0) return;
  progress.say("kept by the destroy, as on any cluster, and now gone with this one:");
  for (const line of kept) progress.say(`  ${line}`);
}

/** Says which plugins are used and returns the variables to run with. */
async function prepare(
  cluster: Cluster,
  progress: Progress,
  signal: AbortSignal,
): Promise<NodeJS.ProcessEnv> {
  const environment = await environmentOf(cluster);
  progress.say(await installPlugins(homeOf(cluster), cluster.bin, signal));
  return { ...process.env, ...environment, PATH: `${environment.PATH}:${process.env.PATH}` };
}

/** The shell lines that put `pulumi`, `kubectl` and `crane` to work on a cluster. */
export async function exportsFor(cluster: Cluster, signal: AbortSignal): Promise<string> {
  // Not again: an engine may be running with them.
  if (!existsSync(join(homeOf(cluster), "plugins")))
    await installPlugins(homeOf(cluster), cluster.bin, signal);
  return asExports({ ...(await environmentOf(cluster)), DEV_SETTINGS: settingsOf(cluster) });
}
