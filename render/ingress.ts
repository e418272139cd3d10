/** The controllers that are known here, as their IngressClasses name them. */
export const ingressNginx = "k8s.io/ingress-nginx";
export const traefik = "traefik.io/ingress-controller";

/** What an Ingress in front of a gateway has to say. */
export interface IngressWishes {
  /** The controller's name, as its class has it. */
  readonly controller: string;
  readonly namespace: string;
  /** Whether the controller ends TLS, and speaks it again to the gateway. */
  readonly ends: boolean;
  /** The Secret with the authority in ca.crt that issued what the gateway shows. */
  readonly authority: string;
  /** A name that the gateway's certificate has. */
  readonly gateway: string;
}

const uploadSeconds = "900";

/**
 * The annotations of an Ingress: bodies of any size that are not stored on the way, the gateway's own patience, and its
 * certificate checked. Traefik bounds no body, and has the rest in its ServersTransport.
 */
export function ingressAnnotations(wishes: IngressWishes): Readonly<Record<string, string>> {
  const { controller, namespace, ends, authority, gateway } = wishes;
  if (controller === traefik) return { "traefik.ingress.kubernetes.io/router.tls": "true" };
  if (controller !== ingressNginx) return {};
  const nginx = (annotations: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
    );
  if (!ends) return nginx({ "ssl-passthrough": "true" });
  return nginx({
    "backend-protocol": "HTTPS",
    "proxy-body-size": "0",
    "proxy-buffering": "off",
    "proxy-http-version": "1.1",
    "proxy-read-timeout": uploadSeconds,
    "proxy-request-buffering": "off",
    "proxy-send-timeout": uploadSeconds,
    "proxy-ssl-name": gateway,
    "proxy-ssl-secret": `${namespace}/${authority}`,
    "proxy-ssl-server-name": "on",
    "proxy-ssl-verify": "on",
    "proxy-ssl-verify-depth": "2",
  });
}

/** The annotations by which Traefik knows how to speak to a Service. */
export const traefikService = (namespace: string, transport: string) => ({
  "traefik.ingress.kubernetes.io/service.serversscheme": "https",
  "traefik.ingress.kubernetes.io/service.serverstransport": `${namespace}-${transport}@kubernetescrd`,
});

/** How Traefik speaks to a gateway: its certificate checked, over HTTP/1.1, as long as an upload takes. */
export const traefikTransport = ({ authority, gateway }: IngressWishes) => ({
  serverName: gateway,
  rootCAsSecrets: [authority],
  disableHTTP2: true,
  forwardingTimeouts: { dialTimeout: "10s", responseHeaderTimeout: `${uploadSeconds}s` },
});

/** Passes TLS through by the name that a client asks for, which no Ingress can have Traefik do. */
export const traefikPassthrough = (host: string, service: string, port: number) => ({
  routes: [{ match: `HostSNI(\`${host}\`)`, services: [{ name: service, port }] }],
  tls: { passthrough: true },
});
