import { type Agent, type RequestOptions, request } from "node:https";
import { type Access, accessTo } from "./access.ts";

/** Which cluster is meant: nothing given is what `kubectl` would take. */
export interface ClusterAddress {
  readonly context?: string;
  /** The path of a kubeconfig. */
  readonly kubeconfig?: string;
}

/** What the API server refused, with its own words. */
export class ApiRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Nobody answered: the cluster is down, far away, or the kubeconfig is wrong. */
export class Unreachable extends Error {}

/** The part of a Kubernetes object that all kinds share. */
export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly generation?: number;
  };
}

/** A cluster's API, from the machine that runs the engine. The generated client would load a thousand types. */
export class ClusterClient {
  readonly access: Access;
  readonly #timeoutSeconds: number;

  constructor(address: ClusterAddress, timeoutSeconds = 10) {
    try {
      this.access = accessTo(address);
    } catch (error) {
      throw new Unreachable(textOf(error));
    }
    this.#timeoutSeconds = timeoutSeconds;
  }

  /** What the API server is called in the kubeconfig. */
  get server(): string {
    return this.access.getCurrentCluster()?.server ?? "";
  }

  /** The object, or undefined where there is none. */
  async get<T extends KubeObject>(path: string): Promise<T | undefined> {
    return this.#ask<T>("GET", path).catch(absentAsUndefined);
  }

  async list<T extends KubeObject>(path: string): Promise<readonly T[]> {
    const { items } = await this.#ask<{ readonly items: readonly T[] }>("GET", path);
    return items;
  }

  create<T extends KubeObject>(path: string, body: object): Promise<T> {
    return this.#ask<T>("POST", path, body);
  }

  /** Sets annotations of an object that is there; the others stay. */
  async annotate(path: string, annotations: Readonly<Record<string, string>>): Promise<void> {
    await this.#text("PATCH", path, { metadata: { annotations } });
  }

  /** With a uid, no other object of that name. */
  async delete(path: string, uid?: string): Promise<void> {
    const body = uid === undefined ? undefined : { preconditions: { uid } };
    await this.#ask("DELETE", path, body).catch(absentAsUndefined);
  }

  /** The log of a container, or of the only one. */
  log(namespace: string, pod: string): Promise<string> {
    return this.#text("GET", `/api/v1/namespaces/${namespace}/pods/${pod}/log`);
  }

  async #ask<T>(method: string, path: string, body?: object): Promise<T> {
    return JSON.parse(await this.#text(method, path, body));
  }

  async #text(method: string, path: string, body?: object): Promise<string> {
    const options = { method, timeout: this.#timeoutSeconds * 1000, headers: {} };
    await this.access.applyToHTTPSOptions(options);
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const sent = body === undefined ? "" : JSON.stringify(body);
    const headers = {
      ...options.headers,
      accept: "application/json",
      "content-type": type,
      ...(sent !== "" && { "content-length": Buffer.byteLength(sent) }), // which Node leaves out of a DELETE
    };
    const url = new URL(`${this.server.replace(/\/$/, "")}${path}`);
    const { agent } = this.access;
    const asking = { ...options, headers, ...(agent && { agent }) };
    const { status, text } = await send(url, asking, sent).catch((error) => {
      throw new Unreachable(`${this.server} does not answer: ${textOf(error)}`);
    });
    if (status < 300) return text;
    throw new ApiRefusal(status, messageIn(text) ?? `${method} ${path}: ${status}`);
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function send(url: URL, options: RequestOptions & { agent?: Agent }, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk)).on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on("error", reject).on("timeout", () => {
      const silent = new Error("no answer in time");
      // Those that wait for its connection would get none either.
      for (const waiting of Object.values(options.agent?.requests ?? {}).flat()) waiting?.destroy(silent);
      sent.destroy(silent);
    });
    sent.end(body);
  });
}

function absentAsUndefined(error: unknown): undefined {
  if (error instanceof ApiRefusal && error.status === 404) return undefined;
  throw error;
}

function messageIn(text: string): string | undefined {
  try {
    return JSON.parse(text).message;
  } catch {
    return undefined;
  }
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : `${error}`);
