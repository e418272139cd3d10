import { signInPattern } from "./known-names.ts";
import { type OciErrorCode, ociError } from "./oci-error.ts";

/** Someone who may sign in. */
export interface GatewayAccount {
  readonly name: string;
  /** `pull` may only read; `push` may also write and delete. */
  readonly role: "push" | "pull";
  /** bcrypt, in Modular Crypt Format. */
  readonly hash: string;
}

/** What the routes are made from. */
export interface RoutesArgs {
  /** The registry, as host:port; it has no accounts of its own. */
  readonly upstream: string;
  readonly accounts: readonly GatewayAccount[];
  /** How many uploads the registry has memory for at a time. */
  readonly uploadsAtOnce: number;
  /**
   * How many manifests it is asked for at a time.
   * @default any number
   */
  readonly manifestsAtOnce?: number | undefined;
}

/** A route, a handler or a matcher of Caddy's. */
type Json = Readonly<Record<string, unknown>>;

type Headers = Readonly<Record<string, readonly string[]>>;

const reading = ["GET", "HEAD", "OPTIONS"];
const mebibyte = 1024 * 1024;
const second = 1e9; // in nanoseconds, as this handler takes no other unit
const nothing = [{ method: ["NONE"] }];
const realm = "Edge Registry";
/** Only what the registry answers leaves a connection open, as that is for those who signed in. */
const closing = { close: true };
const apiVersion = { "Docker-Distribution-Api-Version": ["registry/2.0"] };

/** Text that Caddy takes as it is: it reads `{…}` as the name of a value, unless escaped. */
export const literal = (text: string): string => text.replace(/[{}]/g, "\\$&");

/** What is done with each request: probes, the API for those who sign in, nothing else. */
export function routes({ upstream, accounts, uploadsAtOnce, manifestsAtOnce }: RoutesArgs): readonly Json[] {
  const notLogged = { handler: "vars", log_skip: true };
  const alive = { handler: "static_response", ...closing, status_code: 200, body: "ok\n" };
  const root = {
    ...proxy(upstream, "2s", { tries: "0s", headers: { Connection: ["close"] } }),
    rewrite: { method: "GET", uri: "/" },
  };
  const toRegistry = [
    ...(manifestsAtOnce === undefined ? [] : [manifestsInTurn(upstream, manifestsAtOnce)]),
    // The catalog reads the whole bucket; committing a layer copies it. Other reads answer soon or never.
    route([{ method: reading, not: [{ path: ["/v2/_catalog"] }] }], [proxy(upstream, "60s")]),
    // The registry holds a part of each upload in memory: those above what it has room for wait here, unread.
    route([{ method: ["POST", "PUT", "PATCH"] }], [proxy(upstream, "15m", { most: uploadsAtOnce })]),
    route(undefined, [proxy(upstream, "15m")]),
  ];
  return [
    route([{ path: ["/healthz"], method: reading }], [notLogged, alive]),
    route([{ path: ["/readyz"], method: reading }], [notLogged, root]),
    route(
      [{ path: ["/"], method: reading }],
      [{ ...alive, body: "A container registry. Sign in to use it.\n" }],
    ),
    route(
      [{ path: ["/v2", "/v2/*"] }],
      [
        subroute([knownNamesOnly(accounts)]),
        signIn(accounts),
        // Bodies may take as long as they want, and an edge's link may pause, but not for ever. With `read_min_rate` the
        // time would count from here, so that who waits for room longer than this is cut at the first byte; and who has
        // sent much could pause for days.
        { handler: "timeouts", read_timeout: 300 * second },
        subroute([writersOnly(accounts), nothingWithReads, manifestLimit, ...toRegistry]),
      ],
    ),
    route(undefined, [{ handler: "error", status_code: 404 }]),
  ];
}

/** What clients read when the gateway itself refuses or fails. */
export const errorRoutes: readonly Json[] = [
  onError([401], "UNAUTHORIZED", "authentication required: sign in with an account of this registry", {
    "WWW-Authenticate": [`Basic realm="${realm}"`],
  }),
  onError([403], "DENIED", "this account may only pull"),
  onError([404], "NAME_UNKNOWN", "no such path: the registry's API is below /v2/"),
  onError([413], "SIZE_INVALID", "a manifest may have 4 MiB at the most"),
  onError(
    [502, 503, 504],
    "UNAVAILABLE",
    "the registry is starting, or its store does not answer or is full: try again",
  ),
  route(undefined, [answer("{http.error.status_code}", "UNKNOWN", "the request was not understood")]),
];

const manifests = { path_regexp: { pattern: "^/v2/.+/manifests/[^/]+$" } };

const manifestLimit = route(
  [{ method: ["PUT"], ...manifests }],
  [{ handler: "request_body", max_size: 4 * mebibyte }],
);

/** Who reads has nothing to say: a body that never comes would have a question to the registry not end. */
const nothingWithReads = route(
  [
    { method: reading, header_regexp: { "Content-Length": { pattern: "[1-9]" } } },
    { method: reading, header: { "Transfer-Encoding": ["*"] } },
  ],
  [{ handler: "error", status_code: 400 }],
);

/**
 * More at a time would have distribution greet its store anew: see `storeConnectionsKept`. So that a slow client holds up
 * nobody, the gateway takes each as a whole; of a larger one than images have the client may not pause for long. One that
 * the store does not answer is given up.
 */
const manifestsInTurn = (upstream: string, most: number): Json =>
  route(
    [{ method: reading, ...manifests }],
    [
      { handler: "timeouts", write_timeout: 10 * second },
      // The wait for a turn counts as trying: with less, whoever waited longer would not be tried again.
      proxy(upstream, "20s", { most, ahead: mebibyte / 4, tries: "20s" }),
    ],
  );

/**
 * Refuses who is none of the accounts before a password is looked at: Caddy would spend a second of a processor on
 * each, so as not to tell which names there are. But names are no secrets here, and passwords of 32 characters are.
 */
function knownNamesOnly(accounts: readonly GatewayAccount[]): Json {
  const pattern = signInPattern(accounts.map(({ name }) => name));
  const known = { vars_regexp: { "{http.request.header.Authorization}": { pattern } } };
  return route([{ not: [known] }], [{ handler: "error", status_code: 401 }]);
}

function signIn(accounts: readonly GatewayAccount[]): Json {
  const known = accounts.map(({ name, hash }) => ({ username: literal(name), password: literal(hash) }));
  // Without its cache every request would cost a bcrypt: 36 a second instead of a thousand.
  const basic = { accounts: known, realm, hash_cache: {} };
  return { handler: "authentication", providers: { http_basic: basic } };
}

/** Refuses all but reading to everyone who is not known to have the role push. */
function writersOnly(accounts: readonly GatewayAccount[]): Json {
  const writers = accounts.filter(({ role }) => role === "push").map(({ name }) => literal(name));
  const allowed = [{ method: reading }, { vars: { "{http.auth.user.id}": writers } }];
  return route([{ not: allowed }], [{ handler: "error", status_code: 403 }]);
}

function proxy(
  upstream: string,
  responseHeaderTimeout: string,
  more: {
    /** How much is asked for at a time. @default any number */
    readonly most?: number;
    /** How many bytes of an answer are taken before the client takes them. */
    readonly ahead?: number;
    readonly tries?: string;
    readonly headers?: Headers;
  } = {},
): Json {
  const forged = ["Authorization", "Cookie", "Forwarded", "X-Real-Ip", "X-Forwarded-Port"];
  return {
    handler: "reverse_proxy",
    upstreams: [{ dial: upstream }],
    transport: {
      protocol: "http",
      dial_timeout: "3s",
      response_header_timeout: responseHeaderTimeout,
      max_conns_per_host: more.most ?? 0,
      keep_alive: { enabled: true, max_idle_conns_per_host: 64, idle_timeout: "2m" },
      // Nothing between a client and the bytes that it checks the digest of.
      compression: false,
    },
    ...(more.ahead !== undefined && { response_buffers: more.ahead }),
    // While strangers have all descriptors that there are, one for the registry takes a moment to come by. Only what did
    // not reach the registry is tried again: Caddy would try every GET, even one whose own body is broken.
    load_balancing: { try_duration: more.tries ?? "3s", try_interval: "100ms", retry_match: nothing },
    headers: { request: { delete: forged }, response: { set: more.headers ?? {} } },
    handle_response: [
      // Paths below /v2/ that are not the API: the registry's answer is a line of plain text.
      replaced(
        { status_code: [404], headers: { "Content-Type": ["text/plain*"] } },
        answer("404", "NAME_UNKNOWN", "no such path in the registry's API"),
      ),
      // "unknown error" with the store's address and keys in its detail: that belongs in the registry's log only.
      replaced(
        { status_code: [500] },
        answer(
          "503",
          "UNAVAILABLE",
          "the registry cannot use its store now: it may be full, or starting; its log says why",
        ),
      ),
    ],
  };
}

function onError(
  statuses: readonly number[],
  code: OciErrorCode,
  message: string,
  headers: Headers = {},
): Json {
  const matching = { "{http.error.status_code}": statuses.map(String) };
  return route([{ vars: matching }], [answer("{http.error.status_code}", code, message, headers)]);
}

function answer(status: string, code: OciErrorCode, message: string, more: Headers = {}): Json {
  const headers = { "Content-Type": ["application/json"], ...apiVersion, ...more };
  const body = ociError(code, message);
  return { handler: "static_response", ...closing, status_code: status, headers, body };
}

const replaced = (match: Json, by: Json): Json => ({ match, routes: [route(undefined, [by])] });

const subroute = (list: readonly Json[]): Json => ({ handler: "subroute", routes: list });

/** The matchers' alternatives, if any, and the handlers; a handler that answers is the last that is asked. */
function route(match: readonly Json[] | undefined, handle: readonly Json[]): Json {
  return match ? { match, handle } : { handle };
}
