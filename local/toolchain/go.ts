import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "../machine/run.ts";
import { Failure } from "../terminal/failure.ts";
import { atLeast, versionIn } from "./version.ts";

/** The folder of a tool's module, from its path below local/. */
export function moduleDirectory(module: string): string {
  return join(import.meta.dirname, "..", module);
}

/** The same for build, test and vet, so that they share what is compiled. */
const flags = [
  "-mod=readonly",
  "-trimpath",
  "-buildvcs=false",
  // The linker leaves out what is for debuggers; not to make it saves a twelfth of the time. The code is the same.
  "-gcflags=all=-dwarf=false",
];

/**
 * Go's environment for our builds: the person's own flags, targets and workspaces would end in a cache that all
 * share. Each has a value, because Go takes an empty one from the person's settings file.
 */
export const goEnvironment = {
  HOME: homedir(),
  GOFLAGS: flags.join(" "),
  GOWORK: "off",
  GO111MODULE: "on",
  GOOS: "linux",
  GOARCH: process.arch === "x64" ? "amd64" : process.arch,
  GOAMD64: "v1",
  GOEXPERIMENT: "none",
};

/** Makes sure that Go is here and new enough for a module; a newer toolchain is what Go itself fetches if it may. */
export async function requireGo(module: string): Promise<void> {
  const needed = versionIn(
    /^go (.*)$/m.exec(await readFile(join(moduleDirectory(module), "go.mod"), "utf8"))?.[1] ?? "",
  );
  const wanted = needed?.slice(0, 2).join(".") ?? "";
  const advice = `install Go ${wanted} or newer and put its bin folder on PATH`;
  const found = await run("go", ["env", "GOVERSION"], { cwd: "/", env: goEnvironment }).catch(
    () => undefined,
  );
  if (found === undefined) throw new Failure(`Go is needed to build the tools and is not on PATH: ${advice}`);
  // Asked inside the module, Go answers with the toolchain it switched to, or says that it could not.
  const inside = { cwd: moduleDirectory(module), env: goEnvironment };
  const used = await run("go", ["env", "GOVERSION"], inside).catch(() => found);
  if (!atLeast(used, wanted))
    throw new Failure(`Go ${wanted} or newer is needed, found ${used.trim()}: ${advice}`);
}
