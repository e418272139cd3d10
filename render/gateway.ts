import { type GatewayMetrics, metricsRoutes } from "./gateway-metrics.ts";
import { errorRoutes, literal, type RoutesArgs, routes } from "./gateway-routes.ts";

/** The server's certificate in PEM with those that lead to its authority, and its key; or the files that hold them. */
export type GatewayCertificate =
  | { readonly certificate: string; readonly privateKey: string }
  | { readonly certificateFile: string; readonly keyFile: string };

/** What the gateway has to know. */
export interface GatewayArgs extends RoutesArgs {
  /** The port that it listens on, with TLS only. */
  readonly listen: number;
  readonly certificate: GatewayCertificate;
  /** The folder of the socket that it is told by to read its configuration anew. */
  readonly folder: string;
  /** For how long it still takes new connections when told to stop, until everyone knows that it goes. */
  readonly shutdownDelaySeconds: number;
  /** @default nothing is measured */
  readonly metrics?: GatewayMetrics | undefined;
}

/** Caddy's configuration, as JSON. It holds the private key, so it belongs in a Secret. */
export function gatewayConfig(args: GatewayArgs): string {
  return JSON.stringify({
    // Whoever may open a file there is the gateway itself. Not closed at a reload, which is how it comes to be told.
    admin: { listen: `unix/${args.folder}/admin.sock|0200`, config: { persist: false } },
    logging: { logs: { default: { level: "INFO", writer: { output: "stdout" }, encoder } } },
    apps: {
      http: {
        // Also for what is in flight when the configuration changes. When the pod stops, the kubelet ends it earlier.
        grace_period: "1h",
        shutdown_delay: `${args.shutdownDelaySeconds}s`,
        servers: {
          gateway: server(args),
          ...(args.metrics && { metrics: metricsServer(args.metrics) }),
        },
        ...(args.metrics && { metrics: {} }),
      },
      tls: {
        certificates: certificates(args),
        // It keeps nothing and calls nobody: the certificate is given, and there is nothing to renew.
        disable_ocsp_stapling: true,
        disable_storage_check: true,
        disable_storage_clean: true,
      },
    },
  });
}

const tag = "registry";
const tlsPolicies = [{ certificate_selection: { any_tag: [tag] }, protocol_min: "tls1.2" }];

/** JSON lines without headers, and paths without their query and whoever was named before the host. */
const encoder = {
  format: "filter",
  wrap: { format: "json", time_format: "iso8601" },
  fields: {
    "request>headers": { filter: "delete" },
    "request>tls": { filter: "delete" },
    "request>uri": { filter: "regexp", regexp: "^([A-Za-z][A-Za-z0-9+.-]*:)?//[^/?]*|[?].*", value: "" },
    resp_headers: { filter: "delete" },
  },
};

function server(args: GatewayArgs): object {
  return {
    listen: [`:${args.listen}`],
    // HTTP/2 would keep connections of strangers for minutes, and let one of them ask for hundreds of things at once.
    protocols: ["h1"],
    automatic_https: { disable: true },
    // Clients that connect by address send no name: the certificate is chosen by its tag.
    tls_connection_policies: tlsPolicies,
    max_header_bytes: 16 * 1024,
    // For the greetings of TLS too. The sooner silent connections end, the sooner others are taken: see `openFiles`.
    read_header_timeout: "5s",
    // Longer than clients keep a connection that they do not use: none finds it closed just when it asks again.
    idle_timeout: "5m",
    // Of who has not signed in, nothing is waited for; for the others see the routes.
    read_idle_timeout: "10s",
    write_idle_timeout: "5m",
    logs: {},
    routes: routes(args),
    errors: { routes: errorRoutes },
  };
}

/** For those who measure, on a port of its own: no client of the registry's finds it. */
const metricsServer = (metrics: GatewayMetrics): object => ({
  listen: [`:${metrics.listen}`],
  protocols: ["h1"],
  automatic_https: { disable: true },
  tls_connection_policies: tlsPolicies,
  max_header_bytes: 16 * 1024,
  read_header_timeout: "5s",
  read_timeout: "5s",
  idle_timeout: "2m",
  routes: metricsRoutes(metrics),
});

/**
 * With a new one Caddy makes new servers, and Go's old one drops whoever greets it in that very moment. Asked for at each
 * greeting (`get_certificate`) it would be taken without, but at the cost of a file or three more for each: while
 * strangers have all that there are, nobody else would get in.
 */
const certificates = ({ certificate }: GatewayArgs): object =>
  "certificateFile" in certificate
    ? {
        load_files: [
          { certificate: certificate.certificateFile, key: certificate.keyFile, format: "pem", tags: [tag] },
        ],
      }
    : {
        load_pem: [
          {
            certificate: literal(certificate.certificate),
            key: literal(certificate.privateKey),
            tags: [tag],
          },
        ],
      };
