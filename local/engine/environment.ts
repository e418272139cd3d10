import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { withoutProxy } from "../cluster/api.ts";
import { type Cluster, kubeconfigOf } from "../cluster/record.ts";

/** The stack that is deployed on local clusters. */
export const stack = "dev";

/** Where the engine keeps what it knows of a cluster's stacks. */
export const stateOf = ({ directory }: Cluster) => join(directory, "pulumi");

/** The engine's home for a cluster: its plugins, and nothing of the person's. */
export const homeOf = (cluster: Cluster) => join(stateOf(cluster), "home");

/**
 * A backend of files, without those of their attributes: these are not replaced in one step as the others are, and of an
 * engine that was killed an empty one may stay, with which no command on that stack works ("failed to load checkpoint:
 * EOF").
 */
export const backendIn = (folder: string) => `file://${folder}?metadata=skip`;

/**
 * Makes an engine's home in which it keeps no log of each command: that is nearly half of the engine's own work, half a
 * second of a preview, and nobody reads it. It goes without where the name of their folder is taken, and has no setting.
 */
export async function makeHome(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, "logs"), "", { flag: "a" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EISDIR") throw error; // of a home that was there before
  });
}

/** The variables with which `pulumi`, `kubectl` and `crane` work on a cluster, apart from all else the person has. */
export async function environmentOf(cluster: Cluster): Promise<Readonly<Record<string, string>>> {
  const state = stateOf(cluster);
  const passphrase = join(state, "passphrase");
  await mkdir(state, { recursive: true, mode: 0o700 });
  await makeHome(homeOf(cluster));
  const fresh = { flag: "wx", mode: 0o600 };
  await writeFile(passphrase, randomBytes(24).toString("base64"), fresh).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
  return {
    // The Node that runs this is the one that strips types; the person's own may be older.
    PATH: `${cluster.bin}:${dirname(process.execPath)}`,
    KUBECONFIG: kubeconfigOf(cluster),
    ...withoutProxy(cluster),
    PULUMI_BACKEND_URL: backendIn(state),
    PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
    PULUMI_HOME: homeOf(cluster),
    PULUMI_STACK: stack,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** The same as lines for a shell to evaluate. */
export function asExports(environment: Readonly<Record<string, string>>): string {
  const quote = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
  const line = ([name, value]: readonly [string, string]) =>
    name === "PATH" ? `export PATH=${quote(value)}:"$PATH"` : `export ${name}=${quote(value)}`;
  return Object.entries(environment).map(line).join("\n");
}
