// One of each kind that runs pods, on real nodes. $STEP chooses what the e2e test changes.
import * as k8s from "@pulumi/kubernetes";

const step = process.env.STEP ?? "1";
const image = "busybox:1.35.0";
const metadata = { namespace: process.env.E2E_NAMESPACE ?? "default" };
const later = Number(step) >= 2;
// In place: a label of the pods. By replacement: a Job's template, a Pod's command.
const seconds = later ? "7200" : "3600";

function podOf(app: string, command: readonly string[], extra: object = {}) {
  const container = { name: "main", image, command: [...command], ...extra };
  return {
    metadata: { labels: { app, step: later ? "later" : "first" } },
    spec: { terminationGracePeriodSeconds: 0, containers: [container] },
  };
}
const selector = (app: string) => ({ selector: { matchLabels: { app } } });
const sleeping = ["sleep", "3600"];
const serving = ["httpd", "-f", "-p", "8080"];

new k8s.apps.v1.Deployment("web", {
  metadata: { ...metadata, name: "web" },
  spec: {
    ...selector("web"),
    replicas: later ? 3 : 2,
    template: podOf("web", serving, { readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 } }),
  },
});
new k8s.core.v1.Service("web", {
  metadata: { ...metadata, name: "web" },
  spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
});
new k8s.networking.v1.Ingress("web", {
  // No controller runs here to give it an address.
  metadata: { ...metadata, name: "web", annotations: { "pulumi.com/skipAwait": "true" } },
  spec: {
    rules: [
      {
        host: later ? "later.example" : "first.example",
        http: {
          paths: [
            { path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } },
          ],
        },
      },
    ],
  },
});
new k8s.apps.v1.DaemonSet("everywhere", {
  metadata: { ...metadata, name: "everywhere" },
  spec: { ...selector("everywhere"), template: podOf("everywhere", sleeping) },
});
new k8s.apps.v1.StatefulSet("ordered", {
  metadata: { ...metadata, name: "ordered" },
  spec: { ...selector("ordered"), serviceName: "web", replicas: 2, template: podOf("ordered", sleeping) },
});
const claim = new k8s.core.v1.PersistentVolumeClaim("data", {
  metadata: { ...metadata, name: "data" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "16Mi" } } },
});
new k8s.batch.v1.Job("once", {
  metadata: { ...metadata, name: "once" },
  spec: {
    template: {
      spec: {
        restartPolicy: "Never",
        containers: [
          {
            name: "main",
            image,
            command: ["sh", "-c", `echo ${step} >/data/ran`],
            volumeMounts: [{ name: "data", mountPath: "/data" }],
          },
        ],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim.metadata.name } }],
      },
    },
  },
});
new k8s.core.v1.Pod("alone", {
  metadata: { ...metadata, name: "alone" },
  spec: { ...podOf("alone", ["sleep", seconds]).spec },
});
