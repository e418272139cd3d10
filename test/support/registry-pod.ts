import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GatewayArgs, gatewayConfig } from "../../render/gateway.ts";
import type { GatewayAccount } from "../../render/gateway-routes.ts";
import { registryConfig } from "../../render/registry-config.ts";
import { makeCertificates } from "./certificates.ts";
import { bcrypt } from "./htpasswd.ts";
import { freePort, Program } from "./program.ts";

/** An account whose password a test knows. */
export interface KnownAccount extends GatewayAccount {
  readonly password: string;
}

/** The gateway, the registry and a store with TLS as in the pod, on loopback. Needs their binaries on PATH. */
export class RegistryPod {
  readonly directory: string;
  readonly accounts: readonly KnownAccount[];
  readonly ports: { readonly gateway: number; readonly registry: number; readonly store: number };
  readonly gateway: Program;
  readonly registry: Program;
  readonly store: Program;

  private constructor(
    directory: string,
    accounts: readonly KnownAccount[],
    ports: RegistryPod["ports"],
    programs: Pick<RegistryPod, "gateway" | "registry" | "store">,
  ) {
    this.directory = directory;
    this.accounts = accounts;
    this.ports = ports;
    ({ gateway: this.gateway, registry: this.registry, store: this.store } = programs);
  }

  /** Starts all three; where one does not start, none is left. */
  static async start(gatewayArgs: Partial<GatewayArgs> = {}): Promise<RegistryPod> {
    const directory = await mkdtemp(join(tmpdir(), "edge-registry-pod-"));
    const [gateway, registry, store] = await Promise.all([freePort(), freePort(), freePort()]);
    const ports = { gateway, registry, store };
    const accounts = await Promise.all([account("pusher", "push"), account("puller {env.HOME}", "pull")]);
    const { certificate, privateKey, authority } = await makeCertificates(directory);
    await mkdir(join(directory, "data", "images"), { recursive: true });
    await mkdir(join(directory, "home"));
    const keys = { access: "edge", secret: createHash("sha256").update(directory).digest("hex") };
    const config = {
      gateway: {
        listen: ports.gateway,
        upstream: `127.0.0.1:${ports.registry}`,
        accounts,
        certificate,
        privateKey,
        shutdownDelaySeconds: 1,
        ...gatewayArgs,
      },
      registry: {
        bucket: "images",
        endpoint: `https://127.0.0.1:${ports.store}`,
        region: "us-east-1",
        accessKey: keys.access,
        secretKey: keys.secret,
        httpSecret: '"}\n- &hostile *to {{YAML}}: #',
        listen: `127.0.0.1:${ports.registry}`,
      },
    };
    const onLoopback = gatewayConfig(config.gateway).replace(
      `":${ports.gateway}"`,
      `"127.0.0.1:${ports.gateway}"`,
    );
    await writeFile(join(directory, "gateway.json"), onLoopback);
    await writeFile(join(directory, "registry.yml"), registryConfig(config.registry));
    const home = join(directory, "home");
    const pod = new RegistryPod(directory, accounts, ports, {
      gateway: new Program("caddy", ["run", "--config", join(directory, "gateway.json")], ports.gateway, {
        HOME: home,
        GOMEMLIMIT: "64MiB",
      }),
      registry: new Program("registry", ["serve", join(directory, "registry.yml")], ports.registry, {
        HOME: home,
        GOMEMLIMIT: "180MiB",
        OTEL_TRACES_EXPORTER: "none",
        SSL_CERT_FILE: authority,
      }),
      store: new Program("versitygw", storeArguments(directory, ports.store), ports.store, {
        ROOT_ACCESS_KEY: keys.access,
        ROOT_SECRET_KEY: keys.secret,
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
    const text = await readFile(join(this.directory, "gateway.json"), "utf8");
    const file = join(this.directory, `gateway-${port}.json`);
    const moved = text.replaceAll(`127.0.0.1:${this.ports.gateway}`, `127.0.0.1:${port}`);
    await writeFile(file, moved.replaceAll(`127.0.0.1:${this.ports.registry}`, `127.0.0.1:${registry}`));
    return new Program("caddy", ["run", "--config", file], port, { HOME: join(this.directory, "home") });
  }

  async stop(): Promise<void> {
    await Promise.all([this.gateway.kill(), this.registry.kill(), this.store.kill()]);
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function account(name: string, role: GatewayAccount["role"]): Promise<KnownAccount> {
  const password = `${role}-Passw0rd-${crypto.randomUUID()}`;
  return { name, role, password, hash: await bcrypt(name, password) };
}

const storeArguments = (directory: string, port: number) => [
  ...["--port", `127.0.0.1:${port}`, "--quiet"],
  ...["--cert", join(directory, "server.crt"), "--key", join(directory, "server.key")],
  ...["posix", join(directory, "data")],
];
