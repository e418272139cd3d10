/** The label by which an object is known to be of one stack. */
export const stackLabel = "edge-registry/stack";

/** The annotation that rolls pods when what they were started with has changed. */
export const revisionAnnotation = "edge-registry/revision";

/** The annotation of the registry's Deployment with the authority, as PEM, whose certificate all its gateways show. */
export const servedAnnotation = "edge-registry/serves-by";

/** Objects that preflight, recovery and people look for by name. */
export const kept = "edge-registry-kept";
export const storeName = "object-store";
export const storeKeys = "object-store-root";
export const storeCertificate = "object-store-tls";
export const registryName = "registry";
export const nodeTrustName = "node-trust";
export const gatewayAuthority = "registry-gateway-ca";

/** The namespace of what has to run privileged on nodes. */
export const nodesNamespace = (namespace: string) => `${namespace}-nodes`;

/** Labels of a part of a stack; the selector is `app`. */
export const labelsOf = (app: string, stack: string) => ({
  app,
  "app.kubernetes.io/name": "edge-registry",
  "app.kubernetes.io/component": app,
  "app.kubernetes.io/managed-by": "pulumi",
  [stackLabel]: stack,
});

/** A registry's name as images carry it: without a port where that is the usual one. */
export const serverName = (host: string, port: number) =>
  port === 443 ? hostPort(host, port).slice(0, -":443".length) : hostPort(host, port);

/** A host and a port as a URL and an image reference write them. */
export const hostPort = (host: string, port: number) => `${host.includes(":") ? `[${host}]` : host}:${port}`;
