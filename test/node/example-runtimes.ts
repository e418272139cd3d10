import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { certs, FakeHost, goodConfig } from "./fake-host.ts";

/** Where Rancher's distributions have their configuration. */
export const rancher = (kind: string) => `/var/lib/rancher/${kind}/agent/etc/containerd`;
/** The files of a snap's revision. */
export const snap = "/var/snap/microk8s/7449/args";
const pointing = (folder: string) => goodConfig.replace(certs, folder);

/** Texts by their paths. */
export type FileMap = Readonly<Record<string, string>>;

/** A runtime that a host may have. */
export interface Runtime {
  /** The files that show it. */
  readonly files: FileMap;
  readonly certs: string;
  /** What the cluster calls it. */
  readonly called: string;
}

const microk8s = (text: string): Runtime => ({
  files: { [`${snap}/containerd.toml`]: text },
  certs: `${snap}/certs.d`,
  called: "containerd://1.7.27",
});

/** All that the agent knows. */
export const runtimes: Readonly<Record<string, Runtime>> = {
  containerd: {
    files: { "/etc/containerd/config.toml": goodConfig },
    certs,
    called: "containerd://2.2.7",
  },
  "containerd with a folder of its own": {
    files: { "/etc/containerd/config.toml": pointing("/etc/containerd/hosts.d") },
    certs: "/etc/containerd/hosts.d",
    called: "containerd://2.1.4",
  },
  "containerd that looks into docker's folder": {
    files: { "/etc/containerd/config.toml": pointing("/etc/docker/certs.d") },
    certs: "/etc/docker/certs.d",
    called: "containerd://1.7.20",
  },
  k3s: {
    files: { [`${rancher("k3s")}/config.toml`]: pointing(`${rancher("k3s")}/certs.d`) },
    certs: `${rancher("k3s")}/certs.d`,
    called: "containerd://2.1.5-k3s1",
  },
  rke2: {
    files: { [`${rancher("rke2")}/config.toml`]: pointing(`${rancher("rke2")}/certs.d`) },
    certs: `${rancher("rke2")}/certs.d`,
    called: "containerd://2.1.5-k3s1",
  },
  microk8s: microk8s(
    `version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\nconfig_path = "${snap}/certs.d"\n`,
  ),
  "microk8s, by its link": microk8s(pointing("/var/snap/microk8s/current/args/certs.d")),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as the snap's own file has it
  "microk8s, by its variable": microk8s(pointing("${SNAP_DATA}/args/certs.d")),
  k0s: {
    files: {
      "/etc/k0s/containerd.toml":
        '# k0s_managed=true\nversion = 3\nimports = ["/run/k0s/containerd-cri.toml"]\n',
      "/etc/k0s/containerd.d/registry.toml": pointing("/etc/k0s/containerd.d/certs.d"),
    },
    certs: "/etc/k0s/containerd.d/certs.d",
    called: "containerd://1.7.29",
  },
  "cri-o": {
    files: { "/etc/crio/crio.conf": "" },
    certs: "/etc/containers/certs.d",
    called: "cri-o://1.34.1",
  },
  openshift: {
    files: {
      "/etc/crio/crio.conf.d/00-default": "",
      "/etc/machine-config-daemon/currentconfig": "{}",
      "/etc/docker/certs.d/image-registry.svc:5000/ca.crt": "theirs",
    },
    certs: "/etc/containers/certs.d",
    called: "cri-o://1.32.4",
  },
  docker: {
    files: { "/etc/docker/daemon.json": "{}" },
    certs: "/etc/docker/certs.d",
    called: "docker://28.1.1",
  },
};

/** A host with the files of some runtimes. */
export function hostWith(...names: readonly string[]): FakeHost {
  const host = new FakeHost();
  host.remove("/etc/containerd");
  for (const name of names)
    for (const [path, text] of Object.entries(runtimes[name]?.files ?? assert.fail(name)))
      host.write(path, text);
  if (names.some((name) => name.startsWith("microk8s")))
    symlinkSync("7449", host.at("/var/snap/microk8s/current"));
  return host;
}
