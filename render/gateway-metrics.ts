/** What a gateway measures and where it tells. */
export interface GatewayMetrics {
  /** The port, with TLS and the server's own certificate. */
  readonly listen: number;
  /** Where distribution tells, in its pod only: beside its metrics are things to find faults with. */
  readonly registry: string;
  /** When the server's certificate ends, in seconds since 1970; where others renew it, the file that says so. */
  readonly expires: number | { readonly file: string };
}

/** The path that each thing is told at. */
export const metricsPaths = {
  gateway: "/metrics",
  registry: "/metrics/registry",
  certificate: "/metrics/certificate",
};

/** When the certificate ends, as Prometheus reads it. */
export const expiryMetric = "edge_registry_certificate_expires_seconds";

type Json = Readonly<Record<string, unknown>>;

/** The routes of a listener that tells nothing else. */
export function metricsRoutes({ registry, expires }: GatewayMetrics): readonly Json[] {
  const at = (path: string, ...handle: readonly Json[]) => ({
    match: [{ path: [path], method: ["GET"] }],
    handle: [{ handler: "vars", log_skip: true }, ...handle],
  });
  const text = [
    `# HELP ${expiryMetric} When the certificate that the gateway shows ends.`,
    `# TYPE ${expiryMetric} gauge`,
    `${expiryMetric} ${typeof expires === "number" ? expires : `{file.${expires.file}}`}`,
    "",
  ].join("\n");
  return [
    at(metricsPaths.gateway, { handler: "metrics" }),
    at(
      metricsPaths.registry,
      { handler: "rewrite", uri: "/metrics" },
      { handler: "reverse_proxy", upstreams: [{ dial: registry }] },
    ),
    at(metricsPaths.certificate, {
      handler: "static_response",
      headers: { "Content-Type": ["text/plain; version=0.0.4"] },
      body: text,
    }),
    { handle: [{ handler: "static_response", status_code: 404, close: true }] },
  ];
}
