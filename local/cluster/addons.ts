import { references } from "../images/catalog.ts";
import { dnsService } from "./addresses.ts";

const metadata = { name: "coredns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };
const inGroup = (kind: string, extra: object) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind,
  ...extra,
});

// No upstream: the nodes have no way out, and an answer at once beats a time-out. The address of a Service is known for 5 s,
// as on k3s: for 30 one that is made anew would be looked for where it was before.
const corefile = `.:53 {
  errors
  health {
    lameduck 5s
  }
  ready
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    pods insecure
    fallthrough in-addr.arpa ip6.arpa
    ttl 5
  }
  prometheus :9153
  cache 30
  loop
  reload
  loadbalance
}
`;

const container = {
  name: "coredns",
  image: references.coredns,
  args: ["-conf", "/etc/coredns/Corefile"],
  resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { memory: "170Mi" } },
  ports: [
    { name: "dns", containerPort: 53, protocol: "UDP" },
    { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
    { name: "metrics", containerPort: 9153, protocol: "TCP" },
  ],
  readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
  livenessProbe: { httpGet: { path: "/health", port: 8080 }, initialDelaySeconds: 60, failureThreshold: 5 },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] },
  },
  volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
};

const nameServer = [
  { apiVersion: "v1", kind: "ServiceAccount", metadata },
  inGroup("ClusterRole", {
    metadata: { name: "system:coredns" },
    rules: [
      {
        apiGroups: [""],
        resources: ["endpoints", "services", "pods", "namespaces"],
        verbs: ["list", "watch"],
      },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    ],
  }),
  inGroup("ClusterRoleBinding", {
    metadata: { name: "system:coredns" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" },
    subjects: [{ kind: "ServiceAccount", name: "coredns", namespace: "kube-system" }],
  }),
  { apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: corefile } },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: metadata.labels },
      template: {
        metadata: { labels: metadata.labels },
        spec: {
          serviceAccountName: "coredns",
          priorityClassName: "system-cluster-critical",
          dnsPolicy: "Default",
          containers: [container],
          volumes: [{ name: "config", configMap: { name: "coredns" } }],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadata, name: "kube-dns" },
    spec: {
      clusterIP: dnsService,
      selector: metadata.labels,
      ports: [
        { name: "dns", port: 53, protocol: "UDP" },
        { name: "dns-tcp", port: 53, protocol: "TCP" },
        { name: "metrics", port: 9153, protocol: "TCP" },
      ],
    },
  },
];

const defaultClass = { "storageclass.kubernetes.io/is-default-class": "true" };

const volumes = [
  {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "local-path", annotations: defaultClass },
    provisioner: "rancher.io/local-path",
    volumeBindingMode: "WaitForFirstConsumer",
    reclaimPolicy: "Delete",
  },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "local-path-config", namespace: "kube-system" },
    data: {
      setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n',
      teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
    },
  },
];

/** What every cluster has besides its nodes: a name server and a default class of volumes, as `kubectl apply` takes it. */
export const addons = { apiVersion: "v1", kind: "List", items: [...nameServer, ...volumes] };
