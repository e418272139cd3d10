/**
 * Figures of the local cluster, the plugins, the gateway and the registry, each beside its bar: `make bench`. Nothing
 * here passes or fails. `node local/test/bench.ts gateway` takes those of the gateway alone, which need no cluster.
 */
import { join } from "node:path";
import { containerFigures } from "../../test/bench/containers.ts";
import { gatewayFigures } from "../../test/bench/gateway.ts";
import { registryFigures } from "../../test/bench/registry.ts";
import { storeFigures } from "../../test/bench/store.ts";
import {
  benchPrerequisites,
  ensurePrerequisites,
  prerequisites,
  testPrerequisites,
} from "../machine/prerequisites.ts";
import { command } from "../terminal/command.ts";
import { Progress } from "../terminal/progress.ts";
import { cluster } from "./bench/figure.ts";
import { idleFigures } from "./bench/idle.ts";
import { pluginFigures } from "./bench/plugins.ts";
import { startFigures } from "./bench/start.ts";
import { localOk } from "./support/cli.ts";

await command(async (signal) => {
  const needed = [...prerequisites, ...testPrerequisites, ...benchPrerequisites];
  await ensurePrerequisites(needed, new Progress(), signal);
  const bin = (await localOk(["tools"])).stdout.trim();
  process.env.PATH = `${bin}:${join(bin, "plugins")}:${process.env.PATH}`;
  await gatewayFigures(signal);
  if (process.argv[2] === "gateway") return;
  await localOk(["stop", "--name", cluster]);
  await startFigures(signal);
  const { stdout } = await localOk(["start", "--name", cluster]);
  try {
    await idleFigures(signal);
    process.env.KUBECONFIG = stdout.trim();
    await pluginFigures(signal);
    await registryFigures(signal);
    await storeFigures(signal);
    await containerFigures(signal);
  } finally {
    await localOk(["stop", "--name", cluster]);
  }
});
