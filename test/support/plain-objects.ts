import { type Bad, deployment, workload } from "./policy-objects.ts";

/** A Secret as the kubernetes provider hands it on to the engine. */
const encoded = (key: string, text: string) => ({ data: { [key]: Buffer.from(text).toString("base64") } });

const plainGateway = '{"apps":{"http":{"servers":{"gateway":{"listen":[":80"]}}}}}';
const plainDistribution =
  '{"http":{"addr":":5000","debug":{"addr":":5001"}},"storage":{"s3":{"regionendpoint":"http://s:9000"}}}';

/** Objects by which something goes over the wire in the clear, and what is said of each. */
export const inTheClear: readonly Bad[] = [
  [
    "a probe in the clear",
    deployment,
    workload({ readinessProbe: { httpGet: { path: "/", port: "http" } } }),
    "tls: container main: its readinessProbe has to use HTTPS",
  ],
  ["an Ingress in the clear", "kubernetes:networking.k8s.io/v1:Ingress", { spec: {} }, "tls: it has no tls"],
  [
    "a gateway in the clear",
    "kubernetes:core/v1:Secret",
    { stringData: { "caddy.json": plainGateway } },
    "tls: its server gateway listens without TLS",
  ],
  [
    "a gateway in the clear, encoded",
    "kubernetes:core/v1:Secret",
    encoded("caddy.json", plainGateway),
    "tls: its server gateway listens without TLS",
  ],
  [
    "distribution in the clear",
    "kubernetes:core/v1:Secret",
    { stringData: { "config.yml": plainDistribution } },
    "tls: distribution listens without TLS beyond its pod",
    "tls: distribution can be debugged from beyond its pod",
    "tls: the store is spoken to without TLS",
  ],
  [
    "distribution in the clear, encoded",
    "kubernetes:core/v1:Secret",
    encoded("config.yml", plainDistribution),
    "tls: distribution listens without TLS beyond its pod",
    "tls: distribution can be debugged from beyond its pod",
    "tls: the store is spoken to without TLS",
  ],
  [
    "a receiver in the clear",
    "kubernetes:core/v1:Secret",
    encoded(
      "config.yml",
      '{"http":{"addr":"127.0.0.1:5000"},"notifications":{"endpoints":[{"name":"ci","url":"http://ci"}]}}',
    ),
    "tls: notifications go to ci without TLS",
  ],
  [
    "a route of Traefik's in the clear",
    "kubernetes:traefik.io/v1alpha1:IngressRouteTCP",
    { spec: { routes: [{ match: "HostSNI(`*`)" }] } },
    "tls: it has no tls",
  ],
  [
    "measures in the clear, and from whoever answers",
    "kubernetes:monitoring.coreos.com/v1:ServiceMonitor",
    {
      spec: { endpoints: [{}, { path: "/more", scheme: "HTTPS", tlsConfig: { insecureSkipVerify: true } }] },
    },
    "tls: /metrics is read without TLS",
    "tls: /more is read from whoever answers",
  ],
  [
    "the engine in the clear",
    "pulumi:providers:minio",
    { minioServer: "s:9000" },
    "tls: the engine speaks to the store without TLS",
  ],
];
