/** 40 objects as programs have them: seven applications of five, what guards them, and their namespace. */
import * as k8s from "@pulumi/kubernetes";

const namespace = new k8s.core.v1.Namespace("forty").metadata.name;

for (const app of ["a", "b", "c", "d", "e", "f", "g"]) {
  const labels = { app };
  const metadata = { namespace, labels };
  const settings = new k8s.core.v1.ConfigMap(app, { metadata, data: { mode: app } });
  const secret = new k8s.core.v1.Secret(app, { metadata, stringData: { password: app } });
  const account = new k8s.core.v1.ServiceAccount(app, { metadata });
  const container = {
    name: "main",
    image: "busybox:1.35.0",
    command: ["httpd", "-f", "-p", "8080"],
    envFrom: [
      { configMapRef: { name: settings.metadata.name } },
      { secretRef: { name: secret.metadata.name } },
    ],
    resources: { requests: { cpu: "10m", memory: "8Mi" } },
  };
  const pod = {
    serviceAccountName: account.metadata.name,
    terminationGracePeriodSeconds: 0,
    containers: [container],
  };
  new k8s.apps.v1.Deployment(app, {
    metadata,
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  });
  new k8s.core.v1.Service(app, {
    metadata,
    spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  });
}

const metadata = { namespace };
const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
const role = new k8s.rbac.v1.Role("reader", { metadata, rules });
new k8s.rbac.v1.RoleBinding("reader", {
  metadata,
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
  subjects: [{ kind: "ServiceAccount", name: "default", namespace }],
});
const spec = { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] };
new k8s.networking.v1.NetworkPolicy("guard", { metadata, spec });
new k8s.policy.v1.PodDisruptionBudget("guard", {
  metadata,
  spec: { maxUnavailable: 1, selector: { matchLabels: { app: "a" } } },
});
