/** Somebody who is told of what happens. */
export interface Notified {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly events: readonly ("push" | "pull" | "delete")[];
  readonly timeoutSeconds: number;
  /** After how many failures one after the other it is left alone for `backoffSeconds`. */
  readonly threshold: number;
  readonly backoffSeconds: number;
}

/** What distribution has to know. */
export interface RegistryConfigArgs {
  readonly bucket: string;
  /** The store's URL; a trusted CA that is not the system's is named by `SSL_CERT_FILE` in the pod. */
  readonly endpoint: string;
  readonly region: string;
  /** Whether the bucket is named in the path, or before the host. */
  readonly pathStyle: boolean;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Signs the state of uploads: the same on all replicas, and from start to start. */
  readonly httpSecret: string;
  /** Who is told of what happens. */
  readonly notifications: readonly Notified[];
  /** Whether no other registry ever uses the bucket at the same time. */
  readonly alone: boolean;
  /** Where it tells what it measures, in its pod only; undefined for nowhere. */
  readonly metrics?: string | undefined;
  /**
   * Where it listens.
   * @default "127.0.0.1:5000", since it has no accounts of its own
   */
  readonly listen?: string;
}

/**
 * How many connections to its store distribution keeps when nothing is asked of it, as Go's own default has it: asked for
 * more at a time, it greets the store anew for most of them, which is more work than the answer.
 */
export const storeConnectionsKept = 2;

const mebibyte = 1024 * 1024;

/**
 * Distribution's `config.yml`, as JSON, which is YAML. It holds the store's keys, so it belongs in a Secret.
 * Variables called `REGISTRY_…` override it: its pod must have no service links.
 */
export function registryConfig(args: RegistryConfigArgs): string {
  return JSON.stringify({
    version: 0.1,
    // At info each request would be logged a second time; the gateway's line has the account's name.
    log: { level: "warn", formatter: "json", accesslog: { disabled: true } },
    http: {
      addr: args.listen ?? "127.0.0.1:5000",
      secret: args.httpSecret,
      // Clients use other names and ports than this process knows of.
      relativeurls: true,
      draintimeout: "30s",
      ...(args.metrics && { debug: { addr: args.metrics, prometheus: { enabled: true, path: "/metrics" } } }),
      headers: { "X-Content-Type-Options": ["nosniff"] },
    },
    storage: {
      s3: store(args),
      // Nodes neither reach nor trust the store.
      redirect: { disable: true },
      delete: { enabled: true },
      // It would not notice what another one deletes, and take an image whose layer is gone.
      ...(args.alone && { cache: { blobdescriptor: "inmemory" } }),
    },
    ...(args.notifications.length > 0 && { notifications: { endpoints: args.notifications.map(endpoint) } }),
    // Without it "/" answers 200 as long as the process lives, which is what probes ask.
    health: { storagedriver: { enabled: false } },
  });
}

function store({ bucket, endpoint, region, pathStyle, accessKey, secretKey }: RegistryConfigArgs): object {
  return {
    bucket,
    region,
    regionendpoint: endpoint,
    accesskey: accessKey,
    secretkey: secretKey,
    secure: endpoint.startsWith("https:"),
    forcepathstyle: pathStyle,
    // S3's least. Twelve uploads at once take 200 MiB of memory with it, and 330 with the default of 10 MiB;
    // its 10,000 parts make it 48 GiB a layer.
    chunksize: 5 * mebibyte,
  };
}

function endpoint({
  name,
  url,
  headers,
  events,
  timeoutSeconds,
  threshold,
  backoffSeconds,
}: Notified): object {
  // To mount a layer is to push what another repository has.
  const told: readonly string[] = [...events, ...(events.includes("push") ? ["mount"] : [])];
  return {
    name,
    url,
    headers: Object.fromEntries(Object.entries(headers).map(([header, value]) => [header, [value]])),
    timeout: `${timeoutSeconds}s`,
    threshold,
    backoff: `${backoffSeconds}s`,
    ignore: { actions: ["pull", "push", "mount", "delete"].filter((action) => !told.includes(action)) },
  };
}
