import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identityOf } from "../../local/cluster/identity.ts";
import { initOf } from "../../local/cluster/machine.ts";
import { readRecord } from "../../local/cluster/record.ts";
import { run } from "../../local/machine/run.ts";
import { keyOf } from "../../local/toolchain/cache.ts";
import { ingressNginx } from "../../render/ingress.ts";
import { nginx } from "./nginx.ts";
import { type Led, nginxConfig, type Place } from "./nginx-config.ts";
import { clusterName } from "./nodes.ts";
import { Program } from "./program.ts";
import { kubectl } from "./site.ts";

interface Meta {
  readonly namespace: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Ingress {
  readonly metadata: Meta;
  readonly spec: {
    readonly ingressClassName?: string;
    readonly tls?: readonly { readonly hosts: readonly string[]; readonly secretName?: string }[];
    readonly rules: readonly {
      readonly host: string;
      readonly http: { readonly paths: readonly { readonly path: string; readonly backend: Backend }[] };
    }[];
  };
}

interface Backend {
  readonly service: { readonly name: string; readonly port: { readonly name: string } };
}

const prefix = "nginx.ingress.kubernetes.io/";

/**
 * What ingress-nginx is to a cluster, with Debian's nginx: an IngressClass, and on one node's port 443 whatever the
 * Ingresses of that class say, as soon as they say it. It has next to no room to keep what it passes on.
 */
export class IngressController {
  readonly className: string;
  /** Why an Ingress could not be followed. */
  readonly troubles = new Set<string>();
  readonly #place: Place;
  readonly #program: Program;
  readonly #work: Promise<void>;
  #followed = "";
  #stopped = false;

  private constructor(className: string, place: Place, program: Program) {
    this.className = className;
    this.#place = place;
    this.#program = program;
    this.#work = this.#loop();
  }

  static async start(className: string, node: string, address: string): Promise<IngressController> {
    const { program: command, streams } = await nginx();
    const folder = await mkdtemp(join(tmpdir(), "edge-registry-ingress-"));
    const place: Place = { address, port: 443, folder, temporary: join(folder, "temporary"), streams };
    await mkdir(place.temporary);
    await writeFile(join(folder, "nginx.conf"), nginxConfig([], place));
    const record = await readRecord(identityOf(clusterName()));
    const pid = record && (await initOf(record, node));
    if (pid === undefined) throw new Error(`${node} is off`);
    const within = 'mount -t tmpfs -o size=64k none "$1" && exec "$2" -p "$3" -c nginx.conf -e stderr';
    const program = new Program({
      command: [
        ...["nsenter", `--net=/proc/${pid}/ns/net`, "unshare", "--mount", "sh", "-ec", within, "sh"],
        ...[place.temporary, command, folder],
      ],
      ...{ port: place.port, address, env: {} },
    });
    await program.start();
    await apply({
      ...{ apiVersion: "networking.k8s.io/v1", kind: "IngressClass", metadata: { name: className } },
      spec: { controller: ingressNginx },
    });
    return new IngressController(className, place, program);
  }

  /** What nginx complained of. */
  get output(): string {
    return this.#program.output;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
    // Not killed: its worker would stay.
    await this.#program.end("SIGTERM");
    await kubectl("delete", "ingressclass", this.className);
    await rm(this.#place.folder, { recursive: true });
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      await this.#follow().catch((error) => this.troubles.add(`${error.message}`));
      await sleep(500);
    }
  }

  async #follow(): Promise<void> {
    const { items } = JSON.parse(await kubectl("get", "ingresses", "--all-namespaces", "-o", "json"));
    const ours = (items as readonly Ingress[]).filter(({ spec }) => spec.ingressClassName === this.className);
    const led = (await Promise.all(ours.map((ingress) => this.#ledBy(ingress)))).flat();
    const config = nginxConfig(led, this.#place);
    if (config === this.#followed) return;
    await writeFile(join(this.#place.folder, "nginx.conf"), config);
    this.#program.signal("SIGHUP");
    this.#followed = config;
  }

  /** What an Ingress asks for; nothing as long as an object that it names is not there. */
  async #ledBy({ metadata, spec }: Ingress): Promise<readonly Led[]> {
    const annotations = Object.fromEntries(
      Object.entries(metadata.annotations ?? {})
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value]),
    );
    const named = annotations["proxy-ssl-secret"]?.split("/") ?? [];
    const authority = named.length === 2 ? await this.#secret(...(named as [string, string])) : undefined;
    const led = spec.rules.map(async ({ host, http }): Promise<readonly Led[]> => {
      const [path] = http.paths;
      if (http.paths.length !== 1 || path?.path !== "/") throw new Error(`${host}: expected one path, /`);
      const backend = await address(metadata.namespace, path.backend);
      const secret = spec.tls?.find(({ hosts }) => hosts.includes(host))?.secretName;
      const certificate = secret && (await this.#secret(metadata.namespace, secret));
      const lacks = [
        named.length > 0 && authority === undefined,
        secret !== undefined && certificate === undefined,
      ];
      if (backend === undefined || lacks.includes(true)) return [];
      return [{ host, backend, annotations, certificate: certificate || undefined, authority }];
    });
    return (await Promise.all(led)).flat();
  }

  /** A folder with what a Secret holds, of another name where it holds something else. */
  async #secret(namespace: string, name: string): Promise<string | undefined> {
    const text = await kubectl("-n", namespace, "get", "secret", name, "--ignore-not-found", "-o", "json");
    if (text === "") return undefined;
    const data: Readonly<Record<string, string>> = JSON.parse(text).data;
    const folder = join(this.#place.folder, namespace, name, keyOf(Object.entries(data).flat()));
    await mkdir(folder, { recursive: true });
    for (const [key, value] of Object.entries(data))
      await writeFile(join(folder, key), Buffer.from(value, "base64"));
    return folder;
  }
}

/** Where a Service is reached. */
async function address(namespace: string, { service }: Backend): Promise<string | undefined> {
  const text = await kubectl(
    ...["-n", namespace, "get", "service", service.name, "--ignore-not-found", "-o", "json"],
  );
  if (text === "") return undefined;
  const { spec } = JSON.parse(text);
  const port = spec.ports.find(({ name }: { readonly name: string }) => name === service.port.name);
  if (port === undefined) throw new Error(`Service ${service.name} has no port ${service.port.name}`);
  return `${spec.clusterIP}:${port.port}`;
}

const apply = (object: object) => run("kubectl", ["apply", "-f", "-"], { input: JSON.stringify(object) });
