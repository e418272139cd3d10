import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, beforeEach } from "node:test";
import { makeCertificates } from "./certificates.ts";

/** A registry on loopback that takes what ci pushes with its password, and looks at nothing of it. */
export class FakeRegistry {
  readonly port: number;
  readonly caCertificate: string;
  /** What was put, by its path and its type, in that order. */
  readonly put = new Map<string, Buffer>();
  connections = 0;
  /** Whether it ends its connection after each answer, as one does that is about to stop. */
  ends = false;
  /** What it answers instead, by the beginning of "method path". */
  refusals: Readonly<Record<string, number>> = {};

  private constructor(server: Server, caCertificate: string) {
    this.port = (server.address() as AddressInfo).port;
    this.caCertificate = caCertificate;
    const authorization = `Basic ${Buffer.from("ci:secret").toString("base64")}`;
    server.on("secureConnection", () => {
      this.connections += 1;
    });
    server.on("request", async (request, response) => {
      const { method, url = "", headers } = request;
      const body = await buffer(request);
      if (this.ends) response.setHeader("connection", "close");
      const refused = Object.entries(this.refusals).find(([start]) => `${method} ${url}`.startsWith(start));
      const known = headers.authorization === authorization && headers.host === "127.0.0.1:5045";
      if (refused) response.writeHead(refused[1]).end("because");
      else if (!known) response.writeHead(401).end();
      else if (method === "POST") response.writeHead(202, { location: `${url}one?_state=a%2Bb` }).end();
      else {
        this.put.set(`${url} ${headers["content-type"]}`, body);
        response.writeHead(201).end();
      }
    });
  }

  /** One that the tests of a file share; it is new to each of them. */
  static async shared(): Promise<FakeRegistry> {
    const folder = mkdtempSync(join(tmpdir(), "edge-registry-"));
    const { certificate, privateKey } = await makeCertificates(folder);
    const server = createServer({ cert: certificate, key: privateKey }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const registry = new FakeRegistry(server, readFileSync(join(folder, "ca.crt"), "utf8"));
    rmSync(folder, { recursive: true });
    beforeEach(() => {
      registry.put.clear();
      Object.assign(registry, { connections: 0, refusals: {}, ends: false });
    });
    after(() => {
      server.closeAllConnections();
      server.close();
    });
    return registry;
  }
}
