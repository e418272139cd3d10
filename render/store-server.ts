/** What differs between the S3 servers that may run in the cluster. */
export interface StoreServer {
  /** The port inside the pod. */
  readonly port: number;
  /** A shell line that replaces the shell by the server. Its keys are files under /keys. */
  readonly start: string;
  /** What it wants to find there, from the keys of an account that may do everything. */
  readonly keyFiles: (user: string, password: string) => Readonly<Record<string, string>>;
  /** The folder it reads its certificate from, and what it calls the Secret's files there. */
  readonly certificate: { readonly folder: string; readonly files: Readonly<Record<string, string>> };
  /** Answers 200 without credentials once the server serves. */
  readonly health: string;
  /** The web console's port, where there is one. */
  readonly console?: number;
  /** Whether it has users and policies of its own. */
  readonly hasUsers: boolean;
  /**
   * The variables that have it sync what it acknowledges; undefined where it never does, and its folder has to be a
   * synchronous one.
   */
  readonly syncing?: Readonly<Record<string, string>>;
}

export type ServerName = "versitygw" | "minio";

/** Where versitygw listens, and what it reads and keeps; a shell takes each as it is. */
export interface VersitygwPlaces {
  readonly listen: string;
  readonly certificate: string;
  readonly key: string;
  /** The folder with the users' keys. */
  readonly keys: string;
  /** The folder whose folders are the buckets. */
  readonly data: string;
}

/**
 * The shell line that becomes versitygw. It takes the keys of its root account from the environment or its arguments
 * alone. So that account is another at each start, whose keys nobody knows, and ours is one of its users.
 */
export const versitygwStart = ({ listen, certificate, key, keys, data }: VersitygwPlaces): string => {
  const words = [
    ...["versitygw", "--port", listen, "--cert", certificate, "--key", key, "--health", "/health", "--quiet"],
    // By itself it ends each connection after one answer, so that each takes a handshake of TLS. It may keep them from
    // v1.8.0 on: before, the rest of a body that it refused was taken for the connection's next request.
    "--keep-alive",
    ...["--iam-dir", keys, "posix"],
    // How much is written at a time, each of which waits for the disk where all is to outlive a power cut. It is what
    // v1.8.0 takes by itself, and no older one starts with it.
    ...["--io-buffer-size", "1048576"],
    data,
  ];
  return [
    "new() { cat /proc/sys/kernel/random/uuid; }",
    'export ROOT_ACCESS_KEY_ID="$(new)" ROOT_SECRET_ACCESS_KEY="$(new)"',
    `exec ${words.join(" ")}`,
  ].join("; ");
};

/**
 * The servers by name. Keys come as files: what is in a process's environment, others on the node can read, and the
 * runtime keeps a container's on its disk.
 */
export const storeServers: Readonly<Record<ServerName, StoreServer>> = {
  versitygw: {
    port: 9000,
    start: versitygwStart({
      listen: ":9000",
      ...{ certificate: "/tls/tls.crt", key: "/tls/tls.key", keys: "/keys", data: "/data" },
    }),
    keyFiles: (access, secret) => ({
      "users.json": JSON.stringify({ accessAccounts: { [access]: { access, secret, role: "admin" } } }),
    }),
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
    keyFiles: (user, password) => ({ user, password }),
    certificate: {
      folder: "/minio-tls",
      // CAs too: it makes that folder where it is missing, and ends where it cannot, as in a Secret's volume.
      files: { "tls.crt": "public.crt", "tls.key": "private.key", "ca.crt": "CAs/ca.crt" },
    },
    health: "/minio/health/ready",
    console: 9001,
    hasUsers: true,
    // By itself it syncs content, but no names: what was acknowledged last would be lost with its name. It syncs all of
    // the node's disks, and a slow one that is written to by others may take longer than it has patience by itself.
    syncing: { MINIO_FS_OSYNC: "on", MINIO_DRIVE_MAX_TIMEOUT: "2m" },
  },
};
