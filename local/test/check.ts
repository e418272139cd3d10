import { existsSync } from "node:fs";
import { join } from "node:path";
import { CommandFailed, run } from "../machine/run.ts";
import { Failure } from "../terminal/failure.ts";
import type { Progress } from "../terminal/progress.ts";
import { goEnvironment, moduleDirectory } from "../toolchain/go.ts";
import { checkout } from "./support/cli.ts";

/** Types, format, lint, shell scripts and Go vet, beside each other; one that fails shows all it said. */
export async function check(progress: Progress, signal: AbortSignal): Promise<void> {
  const cwd = checkout;
  const env = { ...goEnvironment, CGO_ENABLED: "0" };
  const inModules = async (...words: readonly [string, ...string[]]) => {
    const [command, ...args] = words;
    for (const module of ["plugins", "images/attributes"])
      await run(command, args, { cwd: moduleDirectory(module), env, signal });
  };
  const checks: Readonly<Record<string, () => Promise<unknown>>> = {
    types: () => run("tsc", [], { cwd, signal }),
    "format and lint": () => run("biome", ["check", "--error-on-warnings"], { cwd, signal }),
    "shell scripts": async () => run("shellcheck", await shellScripts(), { cwd, signal }),
    "Go format": () => inModules("sh", "-c", 'test -z "$(gofmt -l . | tee /dev/stderr)"'),
    "Go vet": () => inModules("go", "vet", "./..."),
  };
  console.log("== check");
  const running = Object.entries(checks).map(([name, work]) =>
    progress.during(name, work).catch((error) => {
      signal.throwIfAborted();
      throw new Failure(`${name}: ${error instanceof CommandFailed ? error.output : error}`);
    }),
  );
  await Promise.allSettled(running);
  await Promise.all(running);
}

/** Every shell script that git tracks or would, by its ending; three have none. */
async function shellScripts(): Promise<readonly string[]> {
  const git = ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const files = (await run("git", git, { cwd: checkout })).trim().split("\n");
  const unnamed = [
    "local/toolchain/pulumi-language-nodejs",
    "local/toolchain/pulumi-resource-pulumi-nodejs",
    ".ci/run",
  ];
  return files.filter(
    (path) => (path.endsWith(".sh") || unnamed.includes(path)) && existsSync(join(checkout, path)),
  );
}
