import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

/** What is asked, and as whom. */
export interface Question {
  readonly account?: { readonly name: string; readonly password: string };
  readonly headers?: Readonly<Record<string, string>>;
  /** A buffer is sent with its length, a stream in chunks. */
  readonly body?: Buffer | Readable;
  /** @default the client's own */
  readonly host?: string;
  readonly servername?: string;
  /** Ends the question, also while the head of the answer is awaited or its body is read. */
  readonly signal?: AbortSignal;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body of an error, as OCI's specification has it. */
  readonly code: string | undefined;
}

/** The headers of the sign-in. */
export const basic = ({ name, password }: { readonly name: string; readonly password: string }) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
});

/**
 * Asks a server, on loopback if no host is named, over a connection of its own, trusting one authority only. One that is
 * known by a name, which is not resolved here, is asked for by that. See `keeping` for one connection that is kept.
 */
export class HttpsClient {
  readonly #port: number;
  readonly #authority: string;
  readonly #host: string;
  readonly #named: Readonly<Record<string, string>>;
  #agent: Agent | false = false;

  constructor(port: number, authority: string, host = "127.0.0.1", name?: string) {
    this.#port = port;
    this.#authority = authority;
    this.#host = host;
    this.#named = name === undefined ? {} : { host: name };
  }

  /** Does something by a client that asks one thing after the other over a connection that it keeps. */
  async keeping<T>(work: (client: HttpsClient) => Promise<T>): Promise<T> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const client = new HttpsClient(this.#port, this.#authority, this.#host, this.#named.host);
    client.#agent = agent;
    try {
      return await work(client);
    } finally {
      agent.destroy();
    }
  }

  /** Resolves when the head of the answer is there; its body is still to be read. */
  async open(method: string, path: string, question: Question = {}): Promise<IncomingMessage> {
    const { account, headers, body, host = this.#host, servername, signal } = question;
    const own = body instanceof Buffer ? { "content-length": `${body.length}` } : {};
    const sent = request({
      ...{ method, path, host, port: this.#port, agent: this.#agent, ca: readFileSync(this.#authority) },
      headers: { ...this.#named, ...(account && basic(account)), ...own, ...headers },
      ...(signal && { signal }),
      ...(servername === undefined ? {} : { servername, checkServerIdentity: () => undefined }),
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      sent.on("response", resolve);
      sent.on("error", reject);
    });
    if (headers?.expect) {
      sent.flushHeaders();
      const wanted = once(sent, "continue").then(() => true);
      if (!(await Promise.race([wanted, answered.then(() => false)]))) return await answered;
    }
    const source = body instanceof Readable ? body : Readable.from(body ? [body] : []);
    // A server that refuses a body may stop reading it: then its answer counts, not the broken pipe.
    await Promise.race([answered, pipeline(source, sent).catch(() => undefined)]);
    return await answered;
  }

  async send(method: string, path: string, question: Question = {}): Promise<Answer> {
    const response = await this.open(method, path, question);
    const body = await buffer(response);
    const isJson = response.headers["content-type"]?.startsWith("application/json") && body.length > 0;
    const code = isJson ? JSON.parse(body.toString()).errors?.[0]?.code : undefined;
    return { status: response.statusCode ?? 0, headers: response.headers, body, code };
  }
}
