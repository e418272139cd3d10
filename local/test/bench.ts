/** Figures of the local cluster, the plugins and the registry, each beside its bar: `make bench`. Nothing here passes or fails. */
import { join } from "node:path";
import { registryFigures } from "../../test/bench/registry.ts";
import { storeFigures } from "../../test/bench/store.ts";
import { command } from "../terminal/command.ts";
import { cluster } from "./bench/figure.ts";
import { idleFigures } from "./bench/idle.ts";
import { pluginFigures } from "./bench/plugins.ts";
import { startFigures } from "./bench/start.ts";
import { localOk } from "./support/cli.ts";

await command(async (signal) => {
  await localOk(["stop", "--name", cluster]);
  await startFigures(signal);
  const { stdout } = await localOk(["start", "--name", cluster]);
  try {
    await idleFigures(signal);
    const bin = (await localOk(["tools"])).stdout.trim();
    process.env.PATH = `${bin}:${join(bin, "plugins")}:${process.env.PATH}`;
    process.env.KUBECONFIG = stdout.trim();
    await pluginFigures(signal);
    await registryFigures(signal);
    await storeFigures(signal);
  } finally {
    await localOk(["stop", "--name", cluster]);
  }
});
