import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { references } from "../images/catalog.ts";
import { controlPlaneAddress, serviceRange } from "./addresses.ts";
import { shellSettings, writeFiles } from "./files.ts";
import { boot, layOut, powerOff, scripts } from "./machine.ts";
import { wireControlPlane } from "./network.ts";
import { controlPlaneSubjects, issue, kubeconfig, makeAuthority, pkiDirectory } from "./pki.ts";
import { type Cluster, controlPlane, kubeconfigOf } from "./record.ts";

/** What a volume's helper pod runs, as the provisioner's own deployment has it. */
const volumeHelper = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "volume-helper" },
  spec: {
    priorityClassName: "system-node-critical",
    containers: [{ name: "helper", image: references.busybox, imagePullPolicy: "IfNotPresent" }],
  },
};

const volumes = {
  nodePathMap: [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: ["/var/lib/local-path"] }],
};

const fastApi = "--default-not-ready-toleration-seconds=5 --default-unreachable-toleration-seconds=5";
const fastControllers = "--node-monitor-period=1s --node-monitor-grace-period=8s";

/** Makes the cluster's certificates and the kubeconfig for this machine. */
export async function makeCredentials(cluster: Cluster): Promise<void> {
  await makeAuthority(cluster);
  await Promise.all(controlPlaneSubjects(cluster).map((subject) => issue(cluster, subject)));
  await writeFile(kubeconfigOf(cluster), await kubeconfig(cluster, "admin"), { mode: 0o600 });
}

/** Starts the control plane and the network that all else is joined to. Returns its pid 1. */
export async function startControlPlane(cluster: Cluster): Promise<number> {
  await powerOff(cluster, controlPlane); // what a start that was cut short left of it
  const files = await layOut(cluster, controlPlane);
  const address = controlPlaneAddress(cluster.subnet);
  await writeFiles(join(files, "etc"), {
    hosts: `127.0.0.1 localhost\n${address} ${controlPlane}\n`,
    hostname: `${controlPlane}\n`,
    "resolv.conf": "",
    "edge/settings": shellSettings({
      API_ADDRESS: address,
      SERVICE_RANGE: serviceRange,
      API_FLAGS: cluster.fastNotReady ? fastApi : "",
      CONTROLLER_FLAGS: cluster.fastNotReady ? fastControllers : "",
      BUSYBOX: references.busybox,
    }),
    "edge/volumes.json": volumes,
    "edge/volume-helper.json": volumeHelper,
    "kubernetes/controllers.conf": await kubeconfig(cluster, "controllers"),
    "kubernetes/scheduler.conf": await kubeconfig(cluster, "scheduler"),
    "kubernetes/admin.conf": await kubeconfig(cluster, "admin"),
  });
  const keys = ["ca.crt", "ca.key", "sa.key", "apiserver.crt", "apiserver.key", "admin.crt", "admin.key"];
  const copy = (name: string) =>
    copyFile(join(pkiDirectory(cluster), name), join(files, "etc/kubernetes", name));
  const script = (name: string) => copyFile(join(scripts, name), join(files, "etc/edge", name));
  await Promise.all([...keys.map(copy), ...["init.sh", "control-plane.sh"].map(script)]);
  const pid = await boot(cluster, controlPlane, "control-plane.sh");
  await wireControlPlane(cluster, pid);
  return pid;
}
