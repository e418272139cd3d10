import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { cacheDirectory, keyOf } from "../toolchain/cache.ts";
import { controlPlaneAddress, nodeAddress, podRange } from "./addresses.ts";
import { shellSettings, writeFiles } from "./files.ts";
import { boot, groupOf, initOf, layOut, powerOff, scripts } from "./machine.ts";
import { wireNode } from "./network.ts";
import { cniConfig, containerdConfig, kubeletConfig } from "./node-config.ts";
import { issue, kubeconfig, nodeSubject, pkiDirectory } from "./pki.ts";
import { type Cluster, controlPlane, machineDirectory, type NodeRecord } from "./record.ts";
import { runtimeOf } from "./runtimes.ts";

/** The images a node wants before its first pod: the sandbox and the name server. */
const firstImages = 2;

/** Where a node marks the images it imported, below its files. */
const importMarks = "var/lib/edge/imported";

/** Starts a node; one that ran before keeps its files, as after a reboot. */
export async function startNode(cluster: Cluster, node: NodeRecord): Promise<void> {
  const bridge = await initOf(cluster, controlPlane);
  if (bridge === undefined) throw new Error("the control plane does not run");
  await powerOff(cluster, node.name);
  await issue(cluster, nodeSubject(cluster, node));
  await writeNodeFiles(cluster, node, await layOut(cluster, node.name));
  const pid = await boot(cluster, node.name, "node.sh");
  await wireNode(cluster, node, bridge, pid);
}

async function writeNodeFiles(cluster: Cluster, node: NodeRecord, files: string): Promise<void> {
  const { name, number } = node;
  const { config, certs, annotation = "" } = runtimeOf(node);
  const address = nodeAddress(cluster.subnet, number);
  const apiAddress = controlPlaneAddress(cluster.subnet);
  const archives = archivesIn(cluster);
  const etc = join(files, "etc");
  const ofRuntime = [dirname(config), ...(certs === undefined ? [] : [certs])];
  const folders = [...ofRuntime, "etc/cni/net.d", importMarks, "var/lib/kubelet/volumeplugins"];
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
      FIRST_IMAGES: archives.slice(0, firstImages).join(" "),
      OTHER_IMAGES: archives.slice(firstImages).join(" "),
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

/** Whether a node has imported all of the cluster's images: it leaves a mark for each. */
export async function hasImages(cluster: Cluster, node: NodeRecord): Promise<boolean> {
  const marks: readonly string[] = await readdir(
    join(machineDirectory(cluster, node.name), importMarks),
  ).catch(() => []);
  return archivesIn(cluster).every((archive) => marks.includes(archive.replaceAll("/", "_")));
}

/** The image archives as the nodes see them. */
function archivesIn(cluster: Cluster): readonly string[] {
  return cluster.images.map((archive) =>
    join("/opt/edge/images", relative(join(cacheDirectory, "images"), archive)),
  );
}
