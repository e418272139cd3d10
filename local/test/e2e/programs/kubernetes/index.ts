/**
 * One object of each kind whose diff or wait is a rule of its own. No pod ever runs: nothing here needs an image.
 * E2E_NAMESPACE names the namespace; STEP 1 makes the objects, 2 changes them, `stuck` adds one that cannot get ready.
 */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const name = process.env.E2E_NAMESPACE ?? "plugins-e2e";
const step = process.env.STEP ?? "1";
const later = <T>(first: T, then: T): T => (step === "1" ? first : then);

const provider = new k8s.Provider("target", { namespace: name });
const namespace = new k8s.core.v1.Namespace("space", { metadata: { name } }, { provider });
const opts: pulumi.CustomResourceOptions = { provider, dependsOn: [namespace] };
const labels = { app: "web" };
const pod = (image: string) => ({
  metadata: { labels },
  spec: { containers: [{ name: "main", image, resources: { limits: { cpu: "0.5" } } }] },
});

const settings = new k8s.core.v1.ConfigMap("settings", { data: { mode: later("a", "b") } }, opts);
const fixed = new k8s.core.v1.ConfigMap(
  "fixed",
  { metadata: { name: "fixed" }, data: { mode: later("a", "b"), kept: "yes" } },
  opts,
);
new k8s.core.v1.ConfigMap(
  "ignored",
  { metadata: { name: "ignored" }, data: { mode: later("a", "b") } },
  { ...opts, ignoreChanges: ["data.mode"] },
);
const password = pulumi.secret("e2e-geheim");
const access = new k8s.core.v1.Secret(
  "access",
  { metadata: { name: "access" }, stringData: { password } },
  opts,
);
const account = new k8s.core.v1.ServiceAccount("account", { metadata: { name: "account" } }, opts);
new k8s.core.v1.ServiceAccountPatch(
  "patch",
  { metadata: { name: account.metadata.name, labels: { patched: later("a", "b") } } },
  opts,
);
new k8s.rbac.v1.Role(
  "role",
  {
    metadata: { name: "role" },
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: later(["get"], ["get", "list"]) }],
  },
  opts,
);
new k8s.rbac.v1.RoleBinding(
  "binding",
  {
    metadata: { name: "binding" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: later("role", "other") },
    subjects: [{ kind: "ServiceAccount", name: "account", namespace: name }],
  },
  opts,
);
new k8s.networking.v1.NetworkPolicy(
  "policy",
  { metadata: { name: "policy" }, spec: { podSelector: {}, policyTypes: [later("Ingress", "Egress")] } },
  opts,
);
new k8s.policy.v1.PodDisruptionBudget(
  "budget",
  { metadata: { name: "budget" }, spec: { minAvailable: later(1, 2), selector: { matchLabels: labels } } },
  opts,
);
new k8s.storage.v1.StorageClass(
  "class",
  {
    metadata: { name: `${name}-class` },
    provisioner: "example.com/none",
    volumeBindingMode: "WaitForFirstConsumer",
  },
  opts,
);
new k8s.core.v1.PersistentVolumeClaim(
  "claim",
  {
    metadata: { name: "claim" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: `${name}-class`,
      resources: { requests: { storage: "1024Mi" } },
    },
  },
  opts,
);
new k8s.apps.v1.Deployment(
  "web",
  {
    metadata: { name: "web" },
    spec: { replicas: 0, selector: { matchLabels: labels }, template: pod(later("none:1", "none:2")) },
  },
  opts,
);
new k8s.apps.v1.Deployment(
  "selecting",
  {
    metadata: { name: "selecting" },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: later("a", "b") } },
      template: { ...pod("none:1"), metadata: { labels: { app: later("a", "b") } } },
    },
  },
  opts,
);
new k8s.apps.v1.StatefulSet(
  "ordered",
  {
    metadata: { name: "ordered" },
    spec: {
      replicas: 0,
      serviceName: later("web", "other"),
      selector: { matchLabels: labels },
      template: pod("none:1"),
    },
  },
  opts,
);
new k8s.apps.v1.DaemonSet(
  "everywhere",
  {
    metadata: { name: "everywhere" },
    spec: {
      selector: { matchLabels: labels },
      template: {
        ...pod("none:1"),
        spec: {
          nodeSelector: { "example.com/none": later("a", "b") },
          containers: [{ name: "main", image: "none:1" }],
        },
      },
    },
  },
  opts,
);
new k8s.core.v1.Service(
  "headless",
  {
    metadata: { name: "headless", labels: later({ first: "yes" }, {}) },
    spec: { clusterIP: "None", selector: labels, ports: [{ port: later(80, 81) }] },
  },
  opts,
);
new k8s.core.v1.Service(
  "web-service",
  { metadata: { name: "web" }, spec: { selector: labels, ports: [{ name: "http", port: 80 }] } },
  opts,
);
// Nothing to complete: done at once.
new k8s.batch.v1.Job(
  "once",
  {
    metadata: { name: "once" },
    spec: {
      completions: 0,
      template: {
        spec: { restartPolicy: "Never", containers: [{ name: "main", image: later("none:1", "none:2") }] },
      },
    },
  },
  opts,
);
const definition = new k8s.apiextensions.v1.CustomResourceDefinition(
  "definition",
  {
    metadata: { name: `things.${name}.example.com` },
    spec: {
      group: `${name}.example.com`,
      scope: "Namespaced",
      names: { plural: "things", singular: "thing", kind: "Thing" },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: { spec: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
            },
          },
        },
      ],
    },
  },
  opts,
);
new k8s.apiextensions.CustomResource(
  "thing",
  {
    apiVersion: `${name}.example.com/v1`,
    kind: "Thing",
    metadata: { name: "thing" },
    spec: { size: later(1, 2) },
  },
  { ...opts, dependsOn: [definition] },
);

if (step === "stuck") {
  const seconds = process.env.PATIENCE ?? "5";
  new k8s.apps.v1.Deployment(
    "stuck",
    {
      metadata: { name: "stuck" },
      spec: {
        selector: { matchLabels: { app: "stuck" } },
        template: {
          metadata: { labels: { app: "stuck" } },
          spec: {
            nodeSelector: { "example.com/none": "nowhere" },
            containers: [{ name: "main", image: "none:1", imagePullPolicy: "Never" }],
          },
        },
      },
    },
    { ...opts, customTimeouts: { create: `${seconds}s`, update: `${seconds}s` } },
  );
}

export const mode = settings.data.mode;
export const uid = fixed.metadata.uid;
export const secret = access.data;
export const seen = k8s.core.v1.ConfigMap.get("seen", fixed.id, { provider }).data;
