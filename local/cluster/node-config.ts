import { references } from "../images/catalog.ts";
import { dnsService, podsOf } from "./addresses.ts";

/**
 * containerd's configuration for a node without the right to lower a process's OOM score; `certs` is the folder in
 * which it looks for registries' authorities, if it is told one.
 */
export function containerdConfig(certs: string | undefined): string {
  const registry = '[plugins."io.containerd.cri.v1.images".registry]';
  return `version = 3
root = "/var/lib/containerd"
state = "/run/containerd"

[grpc]
address = "/run/containerd/containerd.sock"

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "${references.pause}"
${certs === undefined ? "" : `\n${registry}\nconfig_path = "${certs}"\n`}
[plugins."io.containerd.cri.v1.runtime"]
restrict_oom_score_adj = true

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = "/opt/edge/bin/runc"
SystemdCgroup = false

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["/opt/edge/bin"]
conf_dir = "/etc/cni/net.d"
`;
}

/** The pod network of the node with a number: a bridge whose addresses other nodes see as they are. */
export function cniConfig(number: number): object {
  const ipam = { type: "host-local", ranges: [[{ subnet: podsOf(number) }]], routes: [{ dst: "0.0.0.0/0" }] };
  const bridge = { type: "bridge", bridge: "cni0", isGateway: true, ipMasq: false, hairpinMode: true, ipam };
  const portmap = { type: "portmap", capabilities: { portMappings: true } };
  return { cniVersion: "1.0.0", name: "edge", plugins: [bridge, portmap] };
}

/** The kubelet's configuration on a node whose pods live in the control group `group`. */
export function kubeletConfig(group: string, fastNotReady: boolean): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${group}`,
    failSwapOn: false,
    clusterDNS: [dnsService],
    clusterDomain: "cluster.local",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: "/etc/kubernetes/ca.crt" },
    },
    authorization: { mode: "Webhook" },
    containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
    // Blocks that the file system reserves make a disk look fuller than it is.
    evictionHard: { "nodefs.available": "1%", "imagefs.available": "1%", "memory.available": "100Mi" },
    imageGCHighThresholdPercent: 100,
    tlsCertFile: "/etc/kubernetes/kubelet.crt",
    tlsPrivateKeyFile: "/etc/kubernetes/kubelet.key",
    resolvConf: "/etc/resolv.conf",
    volumePluginDir: "/var/lib/kubelet/volumeplugins",
    ...(fastNotReady ? { nodeStatusUpdateFrequency: "2s", nodeLeaseDurationSeconds: 8 } : {}),
  };
}
