import { existsSync } from "node:fs";
import { mkdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../machine/run.ts";
import { cacheDirectory } from "../toolchain/cache.ts";

const modules = join(import.meta.dirname, "../../node_modules/@pulumi");

/** The providers of the packages that the program is written with. */
export const providers = ["kubernetes", "tls", "random", "minio"] as const;

/** Where the engine keeps the published plugins it could download, for every checkout and cluster. */
const downloads = join(cacheDirectory, "pulumi");
const patienceSeconds = 20;

/**
 * Puts plugins where an engine with this home finds them: the published ones where they can be downloaded, else
 * those built here. Returns one line that says which. Not through PATH: the engine warns of each it finds there.
 */
export async function installPlugins(home: string, bin: string, signal: AbortSignal): Promise<string> {
  const outOfTime = AbortSignal.timeout(patienceSeconds * 1000);
  const inVain = new AbortController(); // all or none: one that cannot be had ends the others
  const plugins = join(home, "plugins");
  await rm(plugins, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  try {
    const any = AbortSignal.any([signal, outOfTime, inVain.signal]);
    await Promise.all(providers.map((name) => download(name, bin, any, inVain)));
    await symlink(join(downloads, "plugins"), plugins);
    return "plugins: the published ones";
  } catch (error) {
    signal.throwIfAborted();
    inVain.abort(error);
    await Promise.all(providers.map((name) => standIn(name, bin, plugins)));
    const reason = outOfTime.aborted ? `not within ${patienceSeconds} s` : reasonIn(`${error}`);
    return `plugins: built here; the published ones cannot be downloaded (${reason})`;
  }
}

/** An installed plugin's folder, as the engine names it: the version is that of the package in use. */
async function folderOf(name: string): Promise<string> {
  const { version }: { version: string } = JSON.parse(
    await readFile(join(modules, name, "package.json"), "utf8"),
  );
  return `resource-${name}-v${version}`;
}

async function download(
  name: string,
  bin: string,
  signal: AbortSignal,
  inVain: AbortController,
): Promise<void> {
  const folder = await folderOf(name);
  if (existsSync(join(downloads, "plugins", folder))) return;
  const env = { PULUMI_HOME: downloads, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const version = folder.slice(`resource-${name}-`.length);
  // The engine tries five times; where the name server knows no such host, the first time has said all.
  const onError = (text: string) => {
    if (text.includes("no such host")) inVain.abort(new Error(text));
  };
  const words = ["plugin", "install", "resource", name, version];
  await run(join(bin, "pulumi"), words, { env, signal, onError });
}

async function standIn(name: string, bin: string, plugins: string): Promise<void> {
  const folder = join(plugins, await folderOf(name));
  await mkdir(folder, { recursive: true });
  await symlink(join(bin, "plugins", `pulumi-resource-${name}`), join(folder, `pulumi-resource-${name}`));
}

/** The engine's reason without its repetitions and addresses. */
function reasonIn(output: string): string {
  return (
    /no such host|connection refused|i\/o timeout|certificate[^\n]*|\b[45]\d\d\b[^\n]*/.exec(output)?.[0] ??
    "no answer"
  );
}
