import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { identityOf } from "../../local/cluster/identity.ts";
import { initOf, inside } from "../../local/cluster/machine.ts";
import { run } from "../../local/machine/run.ts";
import { clusterName } from "./nodes.ts";
import { type Secret, writingsOf } from "./secret.ts";
import { kubectl } from "./site.ts";

/** Looks for secrets where nobody may read them; a find names the place and what it is, never the secret. */
export class SecretSearch {
  readonly #named = new Map<string, string>();

  constructor(secrets: readonly Secret[]) {
    // What is in several places is called by the first.
    for (const secret of secrets.toReversed())
      for (const writing of writingsOf(secret)) this.#named.set(writing, secret.what);
  }

  /** In a text that is called something. */
  inText(place: string, text: string): readonly string[] {
    const found = [...this.#named].filter(([writing]) => text.includes(writing));
    return [...new Set(found.map(([, what]) => `${place}: ${what}`))];
  }

  /** In each file below a folder of this machine. */
  async inFolder(folder: string): Promise<readonly string[]> {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    if (files.length === 0) throw new Error(`expected files in ${folder}`);
    const found = files.map(async (file) => this.inText(file, await readFile(file, "latin1")));
    return (await Promise.all(found)).flat();
  }

  /** In each object of the cluster that the API server lists, of whatever kind, but Secrets. */
  async inCluster(): Promise<readonly string[]> {
    const kinds = (await kubectl("api-resources", "--verbs=list", "--output=name")).trim().split("\n");
    const others = kinds.filter((kind) => kind !== "secrets").join(",");
    const list: List = JSON.parse(await kubectl("get", others, "--all-namespaces", "--output=json"));
    return list.items.flatMap((item) => {
      const { namespace = "", name } = item.metadata;
      return this.inText(`${item.kind} ${namespace}/${name}`, JSON.stringify(item));
    });
  }

  /** On a machine of the local cluster: in what its processes were started with, and in each file of its disk. */
  async onMachine(machine: string): Promise<readonly string[]> {
    const init = await initOf(identityOf(clusterName()), machine);
    if (init === undefined) throw new Error(`${machine} is off`);
    const input = [...this.#named.keys()].join("\n");
    const text = await run(...inside(init, "sh", "-euc", grep), { input });
    const lines = text.split("\n").filter((line) => line !== "");
    return lines.map((line) => {
      const [file = "", writing = ""] = line.split("\0");
      return `${machine}:${file}: ${this.#named.get(writing) ?? "part of one"}`;
    });
  }
}

interface List {
  readonly items: readonly {
    readonly kind: string;
    readonly metadata: { readonly namespace?: string; readonly name: string };
  }[];
}

/**
 * Secrets themselves are kept in etcd, and kubelet mounts them from memory: other file systems than the disk's and /run
 * are left out, as are kubelet's binds of single files of those mounts.
 */
const grep = `
umask 077
patterns=/dev/shm/edge-registry-patterns
trap 'rm -f "$patterns"' EXIT
cat >"$patterns"
{
  find /var /etc /tmp /root /run -xdev \\( -path '/var/lib/kubelet/pods/*/volume-subpaths' -o -path /var/lib/etcd \\) -prune \\
    -o -type f -print0 2>/dev/null || true
  find /proc -mindepth 2 -maxdepth 2 \\( -name cmdline -o -name environ \\) -print0 2>/dev/null || true
} | LC_ALL=C xargs -0 grep -aosHZF -f "$patterns" | sort -u`;
