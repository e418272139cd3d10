import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { run } from "../../local/machine/run.ts";
import { cheapOf } from "../../render/bcrypt.ts";
import { gatewayConfig } from "../../render/gateway.ts";
import type { GatewayAccount } from "../../render/gateway-routes.ts";
import { garbageCollection, uploadsAtOnce } from "../../render/memory.ts";
import { gatewayProcess, type Process, registryProcess } from "../../render/processes.ts";
import {
  type RegistryConfigArgs,
  registryConfig,
  storeConnectionsKept,
} from "../../render/registry-config.ts";
import { storeServers, versitygwStart } from "../../render/store-server.ts";
import { resourcesOf } from "../../stacks/settings/resources.ts";
import { makeCertificates } from "./certificates.ts";
import { bcrypt } from "./htpasswd.ts";
import { MemoryGroup } from "./memory-group.ts";
import { freePort, Program } from "./program.ts";

/** An account whose password a test knows. */
export interface KnownAccount extends GatewayAccount {
  readonly password: string;
}

/** What else a registry may know of. */
type Beside = Partial<Pick<RegistryConfigArgs, "alone" | "notifications">> & {
  /** The port that the gateway tells what it measures on. */
  readonly metrics?: number;
};

/** What each may use at the most: the program's own defaults. */
const limits = resourcesOf();

/**
 * The gateway, the registry and a store with TLS as in the pod, on loopback, each within the memory of its container.
 * Needs their binaries on PATH.
 */
export class RegistryPod {
  readonly directory: string;
  readonly accounts: readonly KnownAccount[];
  readonly #groups: readonly MemoryGroup[];
  readonly #disk: string | undefined;
  readonly ports: { readonly gateway: number; readonly registry: number; readonly store: number };
  readonly gateway: Program;
  readonly registry: Program;
  readonly store: Program;

  private constructor(
    directory: string,
    accounts: readonly KnownAccount[],
    ports: RegistryPod["ports"],
    groups: readonly MemoryGroup[],
    disk: string | undefined,
    programs: Pick<RegistryPod, "gateway" | "registry" | "store">,
  ) {
    this.directory = directory;
    this.accounts = accounts;
    this.ports = ports;
    this.#groups = groups;
    this.#disk = disk;
    ({ gateway: this.gateway, registry: this.registry, store: this.store } = programs);
  }

  /**
   * Starts all three; where one does not start, none is left. `disk` gives the store one of its own, as small as that,
   * in memory. Not `alone`, the registry is one that others may run beside: see `registryAt`.
   */
  static async start(
    disk?: string,
    { alone = true, notifications = [], metrics }: Beside = {},
  ): Promise<RegistryPod> {
    const directory = await mkdtemp(join(tmpdir(), "edge-registry-pod-"));
    await mkdir(join(directory, "data"));
    if (disk) await run("mount", ["-t", "tmpfs", "-o", `size=${disk}`, "images", join(directory, "data")]);
    const [gateway, registry, store] = await Promise.all([freePort(), freePort(), freePort()]);
    const ports = { gateway, registry, store };
    const debug = `127.0.0.1:${metrics ? await freePort() : 0}`;
    const accounts = await Promise.all([account("pusher", "push"), account("puller {env.HOME}", "pull")]);
    const { certificate, privateKey, authority } = await makeCertificates(directory);
    await mkdir(join(directory, "data", "images"));
    for (const folder of ["gateway", "keys"]) await mkdir(join(directory, folder));
    const keys = { access: "edge", secret: createHash("sha256").update(directory).digest("hex") };
    const config = {
      gateway: {
        listen: ports.gateway,
        upstream: `127.0.0.1:${ports.registry}`,
        accounts,
        uploadsAtOnce: uploadsAtOnce(limits.registry.memory),
        manifestsAtOnce: storeConnectionsKept,
        certificate: { certificate, privateKey },
        shutdownDelaySeconds: 1,
        metrics: metrics ? { listen: metrics, registry: debug, expires: 1_900_000_000 } : undefined,
        folder: join(directory, "gateway"),
      },
      registry: {
        bucket: "images",
        endpoint: `https://127.0.0.1:${ports.store}`,
        region: "us-east-1",
        pathStyle: true,
        accessKey: keys.access,
        secretKey: keys.secret,
        httpSecret: '"}\n- &hostile *to {{YAML}}: #',
        listen: `127.0.0.1:${ports.registry}`,
        alone,
        metrics: metrics === undefined ? undefined : debug,
        notifications,
      },
    };
    const onLoopback = gatewayConfig(config.gateway)
      .replace(`":${ports.gateway}"`, `"127.0.0.1:${ports.gateway}"`)
      .replace(`":${metrics}"`, `"127.0.0.1:${metrics}"`);
    await writeFile(join(directory, "gateway", "caddy.json"), onLoopback);
    await writeFile(join(directory, "registry.yml"), registryConfig(config.registry));
    for (const [file, text] of Object.entries(storeServers.versitygw.keyFiles(keys.access, keys.secret)))
      await writeFile(join(directory, "keys", file), text);
    const groups = await Promise.all(
      (["gateway", "registry", "store"] as const).map((name) =>
        MemoryGroup.create(`${basename(directory)}-${name}`, limits[name].memory),
      ),
    );
    const [gatewayGroup, registryGroup, storeGroup] = groups;
    const pod = new RegistryPod(directory, accounts, ports, groups, disk, {
      gateway: new Program({
        ...gatewayIn(join(directory, "gateway")),
        ...{ port: ports.gateway, group: gatewayGroup, log: join(directory, "gateway.log") },
      }),
      registry: new Program({
        ...registryProcess(join(directory, "registry.yml"), authority, limits.registry.memory),
        ...{ port: ports.registry, group: registryGroup, log: join(directory, "registry.log") },
      }),
      store: new Program({
        command: ["sh", "-ec", storeStart(directory, ports.store)],
        env: garbageCollection(limits.store.memory),
        ...{ port: ports.store, group: storeGroup, log: join(directory, "store.log") },
      }),
    });
    const started = [pod.gateway, pod.registry, pod.store].map((program) => program.start());
    await Promise.all(started).catch(async (error) => {
      await pod.stop();
      throw error;
    });
    return pod;
  }

  /** The CA's file, for `SSL_CERT_FILE`. */
  get authority(): string {
    return join(this.directory, "ca.crt");
  }

  /** The account with the role. */
  account(role: GatewayAccount["role"]): KnownAccount {
    const found = this.accounts.find((account) => account.role === role);
    if (!found) throw new Error(`no account with the role ${role}`);
    return found;
  }

  /** Another gateway of the same text but for its port and the registry behind it; not yet started. */
  async gatewayTo(registry: number, port: number): Promise<Program> {
    const here = join(this.directory, "gateway");
    const there = `${here}-${port}`;
    const text = await readFile(join(here, "caddy.json"), "utf8");
    const moved = text
      .replaceAll(here, there)
      .replaceAll(`127.0.0.1:${this.ports.gateway}`, `127.0.0.1:${port}`)
      .replaceAll(`127.0.0.1:${this.ports.registry}`, `127.0.0.1:${registry}`);
    await mkdir(there);
    await writeFile(join(there, "caddy.json"), moved);
    return new Program({ ...gatewayIn(there), port });
  }

  /** Another registry of the same text but for its port; not yet started. */
  async registryAt(port: number): Promise<Program> {
    const text = await readFile(join(this.directory, "registry.yml"), "utf8");
    const file = join(this.directory, `registry-${port}.yml`);
    await writeFile(file, text.replaceAll(`127.0.0.1:${this.ports.registry}`, `127.0.0.1:${port}`));
    return new Program({ ...registryProcess(file, this.authority, limits.registry.memory), port });
  }

  /** How many of its processes were killed for memory. */
  async kills(): Promise<number> {
    const kills = await Promise.all(this.#groups.map((group) => group.kills()));
    return kills.reduce((sum, each) => sum + each, 0);
  }

  async stop(): Promise<void> {
    await Promise.all([this.gateway.kill(), this.registry.kill(), this.store.kill()]);
    await Promise.all(this.#groups.map((group) => group.remove()));
    if (this.#disk) await run("umount", [join(this.directory, "data")]);
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A gateway with all of its files in a folder of its own. */
function gatewayIn(folder: string): Process {
  const { command, env } = gatewayProcess(
    { config: join(folder, "caddy.json"), folder },
    limits.gateway.memory,
  );
  return { command, env: { ...env, HOME: folder } };
}

/** One with the hash of a generated password, if it may push, and otherwise with that of a given one. */
async function account(name: string, role: GatewayAccount["role"]): Promise<KnownAccount> {
  const password = `${role}-Passw0rd-${crypto.randomUUID()}`;
  const hash = await bcrypt(name, password);
  return { name, role, password, hash: role === "push" ? cheapOf(password, hash) : hash };
}

const storeStart = (directory: string, port: number) =>
  versitygwStart({
    ...{ listen: `127.0.0.1:${port}`, keys: join(directory, "keys"), data: join(directory, "data") },
    ...{ certificate: join(directory, "server.crt"), key: join(directory, "server.key") },
  });
