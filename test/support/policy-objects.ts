type Parts = Readonly<Record<string, unknown>>;

const container = {
  name: "main",
  image: "example/app:1",
  resources: { requests: { cpu: "10m", memory: "8Mi" }, limits: { memory: "32Mi" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};

/** A workload that keeps to all rules, but for these parts of its container, its pod and its label. */
export const workload = (own: Parts = {}, pod: Parts = {}, app = "app") => ({
  spec: {
    template: {
      metadata: { labels: { app } },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [{ ...container, ...own }],
        ...pod,
      },
    },
  },
});

const secured = (news: Parts) => ({ securityContext: { ...container.securityContext, ...news } });
const folder = { volumes: [{ name: "f", hostPath: { path: "/etc" } }] };
export const deployment = "kubernetes:apps/v1:Deployment";

/** An object that breaks a rule, and what is said of it. */
export type Bad = readonly [what: string, type: string, object: object, ...said: readonly string[]];

/** Objects that break a rule; those that break `tls` are in plain-objects.ts. */
export const bad: readonly Bad[] = [
  [
    "a token",
    deployment,
    workload({}, { automountServiceAccountToken: true }),
    "hardened-pods: automountServiceAccountToken has to be false",
  ],
  [
    "service links",
    deployment,
    workload({}, { enableServiceLinks: undefined }),
    "hardened-pods: enableServiceLinks has to be false",
  ],
  [
    "root by default",
    deployment,
    workload({}, { securityContext: { seccompProfile: { type: "RuntimeDefault" } } }),
    "hardened-pods: container main: runAsNonRoot has to be true",
  ],
  [
    "root by number",
    deployment,
    workload(secured({ runAsUser: 0 })),
    "hardened-pods: container main: runAsNonRoot has to be true",
  ],
  [
    "escalation",
    deployment,
    workload(secured({ allowPrivilegeEscalation: true })),
    "hardened-pods: container main: allowPrivilegeEscalation has to be false",
  ],
  [
    "a writable root",
    deployment,
    workload(secured({ readOnlyRootFilesystem: false })),
    "hardened-pods: container main: readOnlyRootFilesystem has to be true",
  ],
  [
    "kept capabilities",
    deployment,
    workload(secured({ capabilities: {} })),
    "hardened-pods: container main: capabilities.drop has to be ALL",
  ],
  [
    "an added capability",
    deployment,
    workload(secured({ capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } })),
    "hardened-pods: container main: it may not have the capability NET_ADMIN",
  ],
  [
    "a capability of another's excuse",
    deployment,
    workload(
      { name: "agent", ...secured({ capabilities: { drop: ["ALL"], add: ["DAC_OVERRIDE"] } }) },
      {},
      "registry",
    ),
    "hardened-pods: container agent: it may not have the capability DAC_OVERRIDE",
  ],
  [
    "no seccomp profile",
    deployment,
    workload({}, { securityContext: { runAsNonRoot: true } }),
    "hardened-pods: container main: seccompProfile has to be RuntimeDefault",
  ],
  [
    "an init container",
    deployment,
    workload({}, { initContainers: [{ ...container, name: "init", securityContext: {} }] }),
    "hardened-pods: container init: allowPrivilegeEscalation has to be false",
    "hardened-pods: container init: readOnlyRootFilesystem has to be true",
    "hardened-pods: container init: capabilities.drop has to be ALL",
  ],
  [
    "privileged, even node-trust",
    "kubernetes:apps/v1:DaemonSet",
    workload({ name: "agent", ...secured({ privileged: true }) }, {}, "node-trust"),
    "node-access: container agent is privileged",
  ],
  [
    "the node's network",
    deployment,
    workload({}, { hostNetwork: true }),
    "node-access: it uses the node's network",
  ],
  [
    "the node's processes",
    deployment,
    workload({}, { hostPID: true, hostIPC: true }),
    "node-access: it sees the node's processes",
    "node-access: it shares the node's memory",
  ],
  ["the node's folders", deployment, workload({}, folder, "registry"), "node-access: it has the node's /etc"],
  [
    "the node's ports",
    deployment,
    workload({ ports: [{ containerPort: 80, hostPort: 80 }] }),
    "node-access: it opens port 80 of the node",
  ],
  [
    "latest",
    deployment,
    workload({ image: "example/app:latest" }),
    "pinned-images: container main: example/app:latest needs a tag other than latest, or a digest",
  ],
  [
    "no tag, behind a port",
    "kubernetes:apps/v1:StatefulSet",
    workload({ image: "registry.example:5000/app" }),
    "pinned-images: container main: registry.example:5000/app needs a tag other than latest, or a digest",
  ],
  [
    "no limits",
    "kubernetes:batch/v1:CronJob",
    {
      spec: {
        jobTemplate: { spec: workload({ resources: { requests: { cpu: "1", memory: "1Mi" } } }).spec },
      },
    },
    "limits: container main needs a limit of memory",
  ],
  [
    "no requests",
    "kubernetes:core/v1:Pod",
    workload({ resources: { limits: { memory: "1Mi" } } }).spec.template,
    "limits: container main needs a request of memory",
    "limits: container main needs a request of processors",
  ],
  [
    "a password in a variable",
    deployment,
    workload({ env: [{ name: "ROOT_PASSWORD", value: "hunter2" }] }),
    "no-plain-secrets: container main has a secret in its variable ROOT_PASSWORD",
  ],
  [
    "a key in a variable of another name",
    deployment,
    workload({ env: [{ name: "CONFIG", value: "-----BEGIN EC PRIVATE KEY-----" }] }),
    "no-plain-secrets: container main has a secret in its variable CONFIG",
  ],
  [
    "a password in an option",
    deployment,
    workload({ args: ["--secret-key=hunter2"] }),
    "no-plain-secrets: container main has a secret in its command, after --secret-key=",
  ],
  [
    "an access key in an option",
    deployment,
    workload({ args: ["--access-key=hunter2"] }),
    "no-plain-secrets: container main has a secret in its command, after --access-key=",
  ],
  [
    "a password behind its option",
    deployment,
    workload({ command: ["serve", "--password", "hunter2"], args: ["-admin-token", "hunter2", "--debug"] }),
    "no-plain-secrets: container main has a secret in its command, after --password",
    "no-plain-secrets: container main has a secret in its command, after -admin-token",
  ],
  [
    "a password in a URL",
    deployment,
    workload({ command: ["curl", "https://ci:hunter2@registry.example/"] }),
    "no-plain-secrets: container main has a password in a URL in its command",
  ],
  [
    "a login in a ConfigMap",
    "kubernetes:core/v1:ConfigMap",
    { data: { "config.json": '{"auths":{"r":{"auth":"Y2k6aHVudGVyMg=="}}}' } },
    "no-plain-secrets: its config.json holds a docker login",
  ],
  ...["password", "DB_PASSWD", "s3.secretKey", "access-key", "private_key", "token", "credentials.json"].map(
    (key) =>
      [
        `a ConfigMap's ${key}`,
        "kubernetes:core/v1:ConfigMap",
        { data: { [key]: "hunter2" } },
        `no-plain-secrets: its ${key} holds a secret`,
      ] as const,
  ),
  [
    "a hash in an annotation",
    "kubernetes:core/v1:Service",
    { metadata: { annotations: { note: `$2b$10$${"a".repeat(53)}` } } },
    "no-plain-secrets: its note holds a password's hash",
  ],
  [
    "a namespace without a reason",
    "kubernetes:core/v1:Namespace",
    { metadata: { labels: { "pod-security.kubernetes.io/enforce": "privileged" } } },
    "excused-namespaces: it enforces privileged and does not say why in edge-registry/privileged-because",
  ],
];
