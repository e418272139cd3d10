import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { RawClient } from "./raw.ts";

/** Many connections to a server on loopback that all stay silent. */
export class Crowd {
  readonly #sockets: Socket[] = [];
  #connected = 0;
  #ended = 0;

  /** How many got through to the server's kernel, be it that the server took them or that they wait for it there. */
  get connected(): number {
    return this.#connected;
  }

  /** How many are open as far as this side knows. */
  get open(): number {
    return this.#sockets.length - this.#ended;
  }

  /** Opens connections that say nothing at all; those that are refused, or stay unanswered, do not count. */
  async silent(port: number, count: number): Promise<void> {
    await this.#add(count, 250, (ready) => connect(port, "127.0.0.1", ready));
  }

  /** Opens connections that greet by TLS, so many at a time and each asking for another name, and then say nothing. */
  async greeting(port: number, count: number, atOnce = 50): Promise<void> {
    const options = { port, host: "127.0.0.1", rejectUnauthorized: false };
    await this.#add(count, atOnce, (ready) =>
      connectTls({ ...options, servername: `${this.#sockets.length}.example.com` }, ready),
    );
  }

  async #add(count: number, atOnce: number, open: (ready: () => void) => Socket): Promise<void> {
    for (let left = count; left > 0; left -= atOnce) {
      const waiting = Array.from({ length: Math.min(left, atOnce) }, () => {
        return new Promise<void>((resolve) => {
          const socket = open(resolve);
          this.#sockets.push(socket);
          socket.once("connect", () => {
            this.#connected += 1;
          });
          socket.on("error", () => resolve());
          socket.on("close", () => {
            this.#ended += 1;
            resolve();
          });
          socket.resume();
          setTimeout(resolve, 1000).unref(); // one that waits to be accepted is of the crowd too
        });
      });
      await Promise.all(waiting);
    }
  }

  /** Sends a byte on each. */
  drip(byte: string): void {
    for (const socket of this.#sockets) if (socket.writable) socket.write(byte);
  }

  leave(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Connections on which a request was begun and is never ended. */
export async function beginning(raw: RawClient, count: number, begun: string): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  for (let number = 0; number < count; number += 1) {
    const socket = await raw.connect();
    socket.resume();
    socket.write(begun);
    sockets.push(socket);
  }
  return sockets;
}
