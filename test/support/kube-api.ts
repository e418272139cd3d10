import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { json } from "node:stream/consumers";
import { after, beforeEach, mock } from "node:test";
import { makeCertificates } from "./certificates.ts";

/** What a path is answered with: an object, or a failure with its status and sentence. */
export type Answers = Readonly<Record<string, unknown>>;

/** The answer of an API server that refuses something. */
export const refusal = (code: number, message: string) => ({ kind: "Status", code, message });

/** How a command in a pod ends. */
export interface Ending {
  readonly ok: boolean;
  /**
   * Where it is not ok.
   * @default 1
   */
  readonly code?: number;
  readonly says: string;
  /** What it says of what is wrong. */
  readonly complains?: string;
  /** A port of this machine that it talks to first, as `nc` does, until that ends the connection. */
  readonly talksTo?: number;
}

/** An API server on loopback that answers what it was given, and has nothing else. */
export class KubeApi {
  readonly kubeconfig: string;
  /** The same kubeconfig's server. */
  readonly server: string;
  /** What was asked, as `GET /api/…`. */
  readonly asked: string[] = [];
  /** The bodies of what was created. */
  readonly created: unknown[] = [];
  /** The bodies of what was deleted, where there were any. */
  readonly deleted: unknown[] = [];
  /** The bodies of what was changed. */
  readonly patched: unknown[] = [];
  answers: Answers = {};
  /** How a command of a pod ends; undefined where the node does not answer. */
  exec: (pod: string, command: readonly string[]) => Ending | undefined = () => ({ ok: true, says: "" });
  readonly #folder: string;
  readonly #server: Server;

  private constructor(folder: string, server: Server, port: number) {
    this.#folder = folder;
    this.#server = server;
    this.server = `https://127.0.0.1:${port}`;
    this.kubeconfig = join(folder, "kubeconfig");
    writeFileSync(this.kubeconfig, kubeconfigOf(this.server, join(folder, "ca.crt")));
    server.on("request", (request, response) => void this.#answer(request, response));
    server.on("upgrade", (request, socket) => this.#run(request, socket));
  }

  static async start(): Promise<KubeApi> {
    const folder = mkdtempSync(join(tmpdir(), "edge-registry-"));
    const { certificate, privateKey } = await makeCertificates(folder);
    const server = createServer({ cert: certificate, key: privateKey }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    return new KubeApi(folder, server, address && typeof address === "object" ? address.port : 0);
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.#folder, { recursive: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(request.url ?? "");
    this.asked.push(`${request.method} ${path}`);
    if (request.method === "POST") this.created.push(await json(request));
    if (request.method === "PATCH") this.patched.push(await json(request));
    if (request.method === "DELETE" && Number(request.headers["content-length"] ?? 0) > 0)
      this.deleted.push(await json(request));
    const found = request.method === "GET" ? this.answers[path] : {};
    if (found === hangs) return;
    const answer = found ?? (isList(path) ? { items: [] } : refusal(404, `${path} not found`));
    response.statusCode = typeof answer === "object" && "code" in answer ? Number(answer.code) : 200;
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
  }

  /** Of the web socket just what is needed: frames that are whole. */
  #run(request: IncomingMessage, socket: Duplex): void {
    const url = new URL(request.url ?? "", this.server);
    const pod = url.pathname.split("/").at(-2) ?? "";
    this.asked.push(`EXEC ${url.pathname}`);
    const ending = this.exec(pod, url.searchParams.getAll("command"));
    if (ending === undefined) {
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      return;
    }
    const { ok, code = 1, says, complains = "", talksTo } = ending;
    const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"]}${magic}`)
      .digest("base64");
    const protocol = "v5.channel.k8s.io";
    socket.write(
      [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        `Sec-WebSocket-Accept: ${accept}`,
        `Sec-WebSocket-Protocol: ${protocol}`,
        "\r\n",
      ].join("\r\n"),
    );
    const frame = (channel: number, data: string | Buffer) => {
      const length = Buffer.byteLength(data) + 1;
      const size = length < 126 ? [length] : [126, length >> 8, length & 255];
      socket.write(Buffer.from([0x82, ...size, channel, ...Buffer.from(data)]));
    };
    const end = () => {
      frame(1, says);
      frame(2, complains);
      const details = { causes: [{ reason: "ExitCode", message: `${code}` }] };
      frame(3, JSON.stringify(ok ? { status: "Success" } : { status: "Failure", details }));
      socket.on("data", () => socket.end());
    };
    socket.on("error", () => undefined);
    if (talksTo === undefined) {
      end();
      return;
    }
    const there = connect(talksTo, "127.0.0.1");
    // What the client sends on channel 0, and its leave, is all that there is.
    const heard = clientFrames((opcode, data) => {
      if (opcode === 2 && data[0] === 0) there.write(data.subarray(1));
      if (opcode === 8) socket.end();
    });
    socket.on("data", heard).on("close", () => there.destroy());
    there.on("data", (data) => {
      for (let at = 0; at < data.length; at += 8192) frame(1, data.subarray(at, at + 8192));
    });
    there.on("end", end).on("error", end);
  }
}

/** Reads what a client of a web socket sends, frame by frame, however it comes. */
function clientFrames(each: (opcode: number, data: Buffer) => void): (chunk: Buffer) => void {
  let kept = Buffer.alloc(0);
  return (chunk) => {
    kept = Buffer.concat([kept, chunk]);
    for (;;) {
      const [first = 0, second = 0] = kept;
      const short = second & 127;
      const start = 6 + (short === 126 ? 2 : short === 127 ? 8 : 0);
      if (kept.length < start) return;
      const length = start === 6 ? short : Number(`0x${kept.toString("hex", 2, start - 4)}`);
      if (kept.length < start + length) return;
      const mask = kept.subarray(start - 4, start);
      const data = Buffer.from(kept.subarray(start, start + length));
      for (let at = 0; at < length; at++) data[at] = (data[at] ?? 0) ^ (mask[at % 4] ?? 0);
      kept = kept.subarray(start + length);
      each(first & 15, data);
    }
  };
}

/** Whether a path names a kind and no object of it, as `/api/v1/namespaces/default/pods` does. */
const isList = (path: string) => {
  const [bare = ""] = path.split("?");
  const [, below = ""] = /^\/apis?\/(?:[^/]+\.[^/]+\/|apps\/)?v\d\w*\/(.*)$/.exec(bare) ?? [];
  const { length } = below.split("/");
  return below !== "" && (length === 1 || (length === 3 && below.startsWith("namespaces/")));
};

/** The answer that never comes. */
export const hangs = Symbol("hangs");

const kubeconfigOf = (server: string, authority: string) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "here",
    clusters: [
      { name: "c", cluster: { server, "certificate-authority": authority } },
      { name: "d", cluster: { server: `${server}/there`, "certificate-authority": authority } },
    ],
    users: [{ name: "u", user: { token: "a-token" } }],
    contexts: [
      { name: "here", context: { cluster: "c", user: "u" } },
      { name: "there", context: { cluster: "d", user: "u" } },
    ],
  });

/** What is told on standard error, line by line; nothing yet at the start of each test. */
export function told() {
  const { mock: said } = mock.method(console, "error", () => undefined);
  const forget = () => said.resetCalls();
  after(() => said.restore());
  beforeEach(forget);
  return { lines: () => said.calls.map(({ arguments: [line] }) => line), forget };
}

/** One that the tests of a file share; it is new to each of them. */
export async function sharedKubeApi(): Promise<KubeApi> {
  const api = await KubeApi.start();
  after(() => api.stop());
  beforeEach(() => {
    api.answers = {};
    api.asked.length = 0;
  });
  return api;
}
