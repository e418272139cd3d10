/** One tool: a Go module of ours that pins it, and what is built from it. */
export interface Tool {
  readonly name: string;
  readonly version: string;
  /** The module's folder, from local/. */
  readonly module: string;
  /** What `go build` is asked for: the module's `tool` lines, its own main package, or a C file of a dependency. */
  readonly source: "tool" | "." | { readonly c: string; readonly of: string };
  /** The name of each binary, and the one the build gives it where that differs. */
  readonly binaries: Readonly<Record<string, string>>;
  readonly tags?: readonly string[];
  readonly ldflags?: string;
  readonly cgo?: boolean;
}

/** Commands that are taken from PATH where all are there and the first is new enough. */
export interface Preferred {
  readonly commands: readonly [string, ...string[]];
  /** Arguments that make the first command print its version. */
  readonly versionArguments: readonly string[];
  readonly atLeast: string;
  /** The tools that then need no build. */
  readonly instead: readonly string[];
}

const same = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));

const kubernetesVersion = "v1.34.4";
const kubernetesFlags = [
  ["gitVersion", kubernetesVersion],
  ["gitMajor", "1"],
  ["gitMinor", "34"],
  ["gitTreeState", "clean"],
].map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);

const pulumiVersion = "v3.259.0";

/** Without what only a gRPC client of Google's storage needs; these talk HTTP to it. See that package's doc.go. */
const googleStorageTags = ["disable_grpc_modules"];

/** Every tool, the longest builds first. Versions stand here and in the module's go.mod; a test compares them. */
export const tools: readonly Tool[] = [
  {
    name: "kubernetes",
    version: kubernetesVersion,
    module: "toolchain/kubernetes",
    source: "tool",
    binaries: same(
      "kube-apiserver",
      "kube-controller-manager",
      "kube-proxy",
      "kube-scheduler",
      "kubectl",
      "kubelet",
    ),
    ldflags: kubernetesFlags.join(" "),
  },
  {
    name: "pulumi",
    version: pulumiVersion,
    module: "toolchain/pulumi",
    source: "tool",
    binaries: same("pulumi"),
    tags: googleStorageTags,
    ldflags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${pulumiVersion}`,
  },
  {
    name: "caddy",
    version: "v2.11.9",
    module: "toolchain/caddy",
    source: "tool",
    binaries: same("caddy"),
    // As in Caddy's own releases: without the databases that its ACME server could use instead of files.
    tags: ["nobadger", "nomysql", "nopgx"],
  },
  {
    name: "registry",
    version: "v3.1.1",
    module: "toolchain/registry",
    source: "tool",
    binaries: same("registry"),
    tags: googleStorageTags,
    ldflags: "-X github.com/distribution/distribution/v3/version.version=v3.1.1",
  },
  {
    name: "coredns",
    version: "v1.14.7",
    module: "toolchain/coredns",
    source: ".",
    binaries: same("coredns"),
  },
  {
    name: "containerd",
    version: "v2.2.7",
    module: "toolchain/containerd",
    source: "tool",
    binaries: same("containerd", "containerd-shim-runc-v2", "ctr"),
    tags: ["no_btrfs", "no_devmapper", "no_zfs"],
    ldflags: "-X github.com/containerd/containerd/v2/version.Version=v2.2.7",
  },
  {
    name: "versitygw",
    version: "v1.8.0",
    module: "toolchain/versitygw",
    source: "tool",
    binaries: same("versitygw"),
    ldflags: "-X main.Version=v1.8.0",
  },
  {
    name: "etcd",
    version: "v3.6.14",
    module: "toolchain/etcd",
    source: "tool",
    binaries: { etcd: "server" },
  },
  {
    name: "language-host",
    version: "v3.68.0",
    module: "toolchain/language-host",
    source: "tool",
    binaries: { "language-host-nodejs": "pulumi-language-nodejs" },
  },
  {
    name: "runc",
    version: "v1.3.6",
    module: "toolchain/runc",
    source: "tool",
    binaries: same("runc"),
    tags: ["seccomp"],
    ldflags: "-X main.version=1.3.6",
    cgo: true,
  },
  {
    name: "local-path",
    version: "v0.0.30",
    module: "toolchain/local-path",
    source: "tool",
    binaries: same("local-path-provisioner"),
    ldflags: "-X main.VERSION=v0.0.30",
  },
  {
    name: "cni",
    version: "v1.9.1",
    module: "toolchain/cni",
    source: "tool",
    binaries: same("bridge", "host-local", "loopback", "portmap"),
  },
  {
    name: "crane",
    version: "v0.22.1",
    module: "toolchain/crane",
    source: "tool",
    binaries: same("crane"),
    ldflags: "-X github.com/google/go-containerregistry/cmd/crane/cmd.Version=v0.22.1",
  },
  {
    name: "pause",
    version: kubernetesVersion,
    module: "toolchain/kubernetes",
    source: { c: "build/pause/linux/pause.c", of: "k8s.io/kubernetes" },
    binaries: same("pause"),
  },
  {
    name: "attributes",
    version: "v0.1.0",
    module: "images/attributes",
    source: ".",
    binaries: same("attributes"),
  },
  {
    name: "plugins",
    version: "v0.1.0",
    module: "plugins",
    source: ".",
    binaries: same("plugins"),
  },
];

/** Makes fake nodes, for figures of many; built only where those are taken. */
export const kwok: Tool = {
  name: "kwok",
  version: "v0.8.0",
  module: "toolchain/kwok",
  source: "tool",
  binaries: same("kwok"),
  ldflags: "-X sigs.k8s.io/kwok/pkg/consts.Version=v0.8.0",
};

/** MinIO's releases are known by their times, and pinned by their commits. */
const minioRelease = "2025-04-22T22:12:26Z";

/** MinIO's server, which a store may run; built only where that is tried. */
export const minio: Tool = {
  name: "minio",
  version: "v0.0.0-20250422221226-0d7408fc9969",
  module: "toolchain/minio",
  source: "tool",
  binaries: same("minio"),
  ldflags: [
    ["Version", minioRelease],
    ["ReleaseTag", `RELEASE.${minioRelease.replaceAll(":", "-")}`],
  ]
    .map(([name, value]) => `-X github.com/minio/minio/cmd.${name}=${value}`)
    .join(" "),
};

/** What the machine may bring itself. kubectl comes with the Kubernetes build, so a found one saves none. */
export const preferred: readonly Preferred[] = [
  {
    commands: ["pulumi", "pulumi-language-nodejs"],
    versionArguments: ["version"],
    atLeast: pulumiVersion,
    instead: ["pulumi", "language-host"],
  },
  {
    commands: ["kubectl"],
    versionArguments: ["version", "--client"],
    atLeast: "v1.33.0",
    instead: [],
  },
];
