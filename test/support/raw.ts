import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { basic } from "./https.ts";

/** What came back before the server closed, or before a time was over. */
export interface Exchange {
  /** All bytes, as Latin-1. */
  readonly text: string;
  /** The statuses of the answers, in their order. */
  readonly statuses: readonly number[];
  /** Whether the server ended the connection. */
  readonly closed: boolean;
}

/** Talks to the gateway in bytes that no HTTP client would send. */
export class RawClient {
  readonly #port: number;
  readonly #authority: Buffer;

  constructor(port: number, authority: string) {
    this.#port = port;
    this.#authority = readFileSync(authority);
  }

  /** A connection on which nothing was said yet but TLS's greetings. */
  async connect(alpn: readonly string[] = []): Promise<TLSSocket> {
    const options = { port: this.#port, host: "127.0.0.1", ca: this.#authority, ALPNProtocols: [...alpn] };
    const socket = connect(options);
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
    });
    socket.on("error", () => undefined); // a reset is an answer too
    return socket;
  }

  /** Sends the parts with a pause between them, and listens for a while after the last byte that came. */
  async send(parts: string | readonly string[], pauseMs = 0, quietMs = 400): Promise<Exchange> {
    const socket = await this.connect();
    let text = "";
    let closed = false;
    let last = performance.now();
    socket.on("data", (data) => {
      text += data.toString("latin1");
      last = performance.now();
    });
    socket.on("close", () => {
      closed = true;
    });
    for (const part of [parts].flat()) {
      if (closed) break;
      socket.write(Buffer.from(part, "latin1"));
      if (pauseMs > 0) await delay(pauseMs);
      last = performance.now();
    }
    while (!closed && performance.now() - last < quietMs) await delay(10);
    socket.destroy();
    return {
      text,
      closed,
      statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, code]) => Number(code)),
    };
  }
}

/** A request's bytes, by its first line, as someone or as nobody. */
export const bytes = (
  line: string,
  as?: Parameters<typeof basic>[0],
  headers: readonly string[] = [],
  body = "",
) => {
  const signedIn = as ? [`Authorization: ${basic(as).authorization}`] : [];
  return [line, "Host: edge.test", ...signedIn, ...headers, "", body].join("\r\n");
};
