import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { htpasswdLines } from "../../render/htpasswd.ts";
import { registryProcess } from "../../render/processes.ts";
import { resourcesOf } from "../../stacks/settings/resources.ts";
import { freePort, Program } from "../support/program.ts";
import type { KnownAccount, RegistryPod } from "../support/registry-pod.ts";

/** Works with a second registry on the pod's store, which knows one account by itself, with the same hash. */
export async function withHtpasswd(
  pod: RegistryPod,
  account: KnownAccount,
  work: (port: number) => Promise<void>,
): Promise<void> {
  const port = await freePort();
  const [file, passwords] = [join(pod.directory, "own.yml"), join(pod.directory, "own.htpasswd")];
  const config = JSON.parse(await readFile(join(pod.directory, "registry.yml"), "utf8"));
  const auth = { htpasswd: { realm: "own", path: passwords } };
  await writeFile(passwords, htpasswdLines([account]));
  await writeFile(
    file,
    JSON.stringify({ ...config, auth, http: { ...config.http, addr: `127.0.0.1:${port}` } }),
  );
  const { memory } = resourcesOf().registry;
  const registry = new Program({ ...registryProcess(file, pod.authority, memory), port });
  try {
    await registry.start();
    await work(port);
  } finally {
    await registry.kill();
  }
}
