import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { run } from "../machine/run.ts";
import { Failure } from "../terminal/failure.ts";
import { keyOf } from "../toolchain/cache.ts";
import { controlPlaneAddress, nodeAddress, podRange } from "./addresses.ts";
import { shellSettings, writeFiles } from "./files.ts";
import { boot, groupOf, initOf, inside, layOut, powerOff, scripts } from "./machine.ts";
import { wireNode } from "./network.ts";
import { cniConfig, containerdConfig, kubeletConfig } from "./node-config.ts";
import { issue, kubeconfig, nodeSubject, pkiDirectory } from "./pki.ts";
import { type Cluster, controlPlane, machineDirectory, type NodeRecord } from "./record.ts";
import { runtimeOf } from "./runtimes.ts";

/** Starts a node; one that ran before keeps its files, as after a reboot. */
export async function startNode(cluster: Cluster, node: NodeRecord): Promise<void> {
  const bridge = await initOf(cluster, controlPlane);
  if (bridge === undefined) throw new Error("the control plane does not run");
  await powerOff(cluster, node.name);
  await issue(cluster, nodeSubject(cluster, node));
  const files = await layOut(cluster, node.name);
  await giveImages(cluster, files);
  await writeNodeFiles(cluster, node, files);
  const pid = await boot(cluster, node.name, "node.sh");
  await wireNode(cluster, node, bridge, pid);
}

async function writeNodeFiles(cluster: Cluster, node: NodeRecord, files: string): Promise<void> {
  const { name, number } = node;
  const { config, certs, annotation = "" } = runtimeOf(node);
  const address = nodeAddress(cluster.subnet, number);
  const apiAddress = controlPlaneAddress(cluster.subnet);
  const etc = join(files, "etc");
  const ofRuntime = [dirname(config), ...(certs === undefined ? [] : [certs])];
  const folders = [...ofRuntime, "etc/cni/net.d", "var/lib/kubelet/volumeplugins"];
  await Promise.all(folders.map((folder) => mkdir(join(files, folder), { recursive: true })));
  await writeFiles(etc, {
    hostname: `${name}\n`,
    "machine-id": `${keyOf([cluster.name, name])}${keyOf([name, cluster.name])}\n`,
    // Nothing listens for names there, so a look-up of what is not in the hosts file fails at once.
    "resolv.conf": `nameserver ${apiAddress}\n`,
    "edge/settings": shellSettings({
      NAME: name,
      ADDRESS: address,
      API_ADDRESS: apiAddress,
      POD_RANGE: podRange,
      CONTAINERD_CONFIG: config,
      ANNOTATION: annotation,
    }),
    "cni/net.d/10-edge.conflist": cniConfig(number),
    "kubernetes/kubelet.json": kubeletConfig(groupOf(cluster, name), cluster.fastNotReady),
    "kubernetes/kubelet.conf": await kubeconfig(cluster, `kubelet-${name}`),
    "kubernetes/proxy.conf": await kubeconfig(cluster, "proxy"),
  });
  await writeNew(files, {
    "etc/hosts": `127.0.0.1 localhost\n${address} ${name}\n`,
    [config]: containerdConfig(certs),
  });
  const pki = pkiDirectory(cluster);
  await Promise.all([
    copyFile(join(pki, "ca.crt"), join(etc, "kubernetes/ca.crt")),
    copyFile(join(pki, `kubelet-${name}.crt`), join(etc, "kubernetes/kubelet.crt")),
    copyFile(join(pki, `kubelet-${name}.key`), join(etc, "kubernetes/kubelet.key")),
    ...["init.sh", "node.sh"].map((script) => copyFile(join(scripts, script), join(etc, "edge", script))),
  ]);
}

/** Writes only the files that are not there: what people changed on a node outlives its reboot. */
async function writeNew(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  const missing = Object.entries(files).filter(([name]) => !existsSync(join(folder, name)));
  await writeFiles(folder, Object.fromEntries(missing));
}

/** Gives a new node the images: links to files of the cache's, which nobody writes to, and databases of its own. */
async function giveImages({ imageStore: store = "" }: Cluster, files: string): Promise<void> {
  const own = join(files, "var/lib/containerd");
  if (existsSync(own)) return;
  if (!existsSync(store))
    throw new Failure("the cluster's images are not in the cache any more: make cluster makes them again");
  const draft = `${own}.draft`;
  const copy = async (how: string) => {
    await rm(draft, { recursive: true, force: true });
    await run("cp", [how, store, draft]);
  };
  await copy("-al").catch(() => copy("-a")); // where the cache is on another disk
  const databases = (await readdir(draft, { recursive: true })).filter((name) => name.endsWith(".db"));
  for (const database of databases)
    await run("cp", ["-a", "--remove-destination", join(store, database), join(draft, database)]);
  await rename(draft, own);
  await writeFile(join(files, storeMark), nameOf(store));
}

/** Imports the cluster's images into a node that began with others, as one of an earlier version did. */
export async function renewImages(cluster: Cluster, node: NodeRecord): Promise<void> {
  const mark = join(machineDirectory(cluster, node.name), storeMark);
  const wanted = nameOf(cluster.imageStore);
  if ((await readFile(mark, "utf8").catch(() => "")) === wanted) return;
  await importImages(cluster, node.name, cluster.images);
  await writeFile(mark, wanted);
}

/** Imports archives of images into a node, which has to run. */
export async function importImages(
  cluster: Cluster,
  node: string,
  archives: readonly string[],
): Promise<void> {
  const pid = await initOf(cluster, node);
  if (pid === undefined) throw new Error(`${node} does not run`);
  const [command, words] = inside(pid, "ctr", "-n", "k8s.io", "images", "import", "--local", "-");
  for (const archive of archives) await run("sh", ["-c", 'exec "$@" <"$0"', archive, command, ...words]);
}

/** Where a node notes the store whose images it has, below its files. */
const storeMark = "etc/edge/image-store";

const nameOf = (store = "") => basename(dirname(store));
