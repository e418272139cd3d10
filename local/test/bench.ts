/**
 * Figures of the local cluster, the plugins, the gateway and the registry, each beside its bar: `make bench`. Nothing
 * here passes or fails. `node local/test/bench.ts gateway` takes those of the gateway alone, which need no cluster,
 * `… replicas` those of one to three registries behind one Service, `… scale` those of up to 1000 nodes, `… scale 5000`
 * of more.
 */
import { join } from "node:path";
import { containerFigures } from "../../test/bench/containers.ts";
import { gatewayFigures } from "../../test/bench/gateway.ts";
import { registryFigures } from "../../test/bench/registry.ts";
import { replicaFigures } from "../../test/bench/replicas.ts";
import { scaleFigures } from "../../test/bench/scale.ts";
import { storeFigures } from "../../test/bench/store.ts";
import {
  benchPrerequisites,
  ensurePrerequisites,
  prerequisites,
  testPrerequisites,
} from "../machine/prerequisites.ts";
import { command } from "../terminal/command.ts";
import { Failure } from "../terminal/failure.ts";
import { Progress } from "../terminal/progress.ts";
import { cluster } from "./bench/figure.ts";
import { idleFigures } from "./bench/idle.ts";
import { pluginFigures } from "./bench/plugins.ts";
import { startFigures } from "./bench/start.ts";
import { localOk } from "./support/cli.ts";

type Figures = (signal: AbortSignal) => Promise<void>;

const [only, most = "1000"] = process.argv.slice(2);

/** What is taken on a cluster of one node, one after the other. */
const onCluster: Readonly<Record<string, Figures>> = {
  idle: idleFigures,
  plugins: pluginFigures,
  registry: registryFigures,
  store: storeFigures,
  containers: containerFigures,
  replicas: replicaFigures,
  scale: (signal) => scaleFigures(Number(most), signal),
};

const names = ["gateway", "start", ...Object.keys(onCluster)];

await command(async (signal) => {
  if (only !== undefined && !names.includes(only))
    throw new Failure(`expected one of ${names.join(", ")}, got ${only}`);
  if (!/^[1-9]\d*$/.test(most)) throw new Failure(`expected a number of nodes, got ${most}`);
  const needed = [...prerequisites, ...testPrerequisites, ...benchPrerequisites];
  await ensurePrerequisites(needed, new Progress(), signal);
  const bin = (await localOk(["tools"])).stdout.trim();
  process.env.PATH = `${bin}:${join(bin, "plugins")}:${process.env.PATH}`;
  const wanted = (name: string) => only === undefined || only === name;
  if (wanted("gateway")) await gatewayFigures(signal);
  await localOk(["stop", "--name", cluster]);
  if (wanted("start")) await startFigures(signal);
  const rest = Object.entries(onCluster).filter(([name]) => wanted(name));
  if (rest.length === 0) return;
  const { stdout } = await localOk(["start", "--name", cluster]);
  process.env.KUBECONFIG = stdout.trim();
  try {
    for (const [, figures] of rest) await figures(signal);
  } finally {
    await localOk(["stop", "--name", cluster]);
  }
});
