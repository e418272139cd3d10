/** What differs between the S3 servers that may run in the cluster. */
export interface StoreServer {
  /** The port inside the pod. */
  readonly port: number;
  /** A shell line that replaces the shell by the server. Root keys are files under /keys. */
  readonly start: string;
  /** The folder it reads its certificate from, and what it calls the Secret's files there. */
  readonly certificate: { readonly folder: string; readonly files: Readonly<Record<string, string>> };
  /** Answers 200 without credentials once the server serves. */
  readonly health: string;
  /** The web console's port, where there is one. */
  readonly console?: number;
  /** Whether it has users and policies of its own. */
  readonly hasUsers: boolean;
}

export type ServerName = "versitygw" | "minio";

/** The servers by name. Keys come as files: a container's environment is kept on the node's disk by the runtime. */
export const storeServers: Readonly<Record<ServerName, StoreServer>> = {
  versitygw: {
    port: 9000,
    start: [
      "export ROOT_ACCESS_KEY_ID=$(cat /keys/user) ROOT_SECRET_ACCESS_KEY=$(cat /keys/password)",
      "exec versitygw --port :9000 --cert /tls/tls.crt --key /tls/tls.key --health /health --quiet posix /data",
    ].join("; "),
    certificate: { folder: "/tls", files: { "tls.crt": "tls.crt", "tls.key": "tls.key" } },
    health: "/health",
    hasUsers: false,
  },
  minio: {
    port: 9000,
    start: [
      "export MINIO_ROOT_USER_FILE=/keys/user MINIO_ROOT_PASSWORD_FILE=/keys/password",
      "exec minio server --address :9000 --console-address :9001 --certs-dir /minio-tls /data",
    ].join("; "),
    certificate: {
      folder: "/minio-tls",
      // CAs too: it makes that folder where it is missing, and ends where it cannot, as in a Secret's volume.
      files: { "tls.crt": "public.crt", "tls.key": "private.key", "ca.crt": "CAs/ca.crt" },
    },
    health: "/minio/health/ready",
    console: 9001,
    hasUsers: true,
  },
};
