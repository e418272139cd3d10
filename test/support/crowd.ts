import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { RawClient } from "./raw.ts";

/** Many connections to a server on loopback that all stay silent. */
export class Crowd {
  readonly #sockets: Socket[] = [];
  #ended = 0;

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

/** The greeting of a TLS client that says as much of itself as it may: 30,000 suites, most of which nobody knows. */
export function longGreeting(): Buffer {
  const number = (value: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeUIntBE(value, 0, bytes);
    return buffer;
  };
  const sized = (bytes: number, ...parts: readonly Buffer[]) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([number(body.length, bytes), body]);
  };
  const known = [0xc02b, 0xc02f];
  const suites = [...known, ...Array.from({ length: 29_998 }, (_, index) => 0x1400 + (index % 0x4000))];
  const extension = (type: number, body: Buffer) => Buffer.concat([number(type, 2), sized(2, body)]);
  const extensions = [
    extension(10, sized(2, number(23, 2))), // the curve P-256
    extension(11, sized(1, number(0, 1))), // points as they are
    extension(13, sized(2, number(0x0403, 2))), // signed by ECDSA with SHA-256
  ];
  const hello = Buffer.concat([
    number(1, 1),
    sized(
      ...([3, number(0x0303, 2), Buffer.alloc(32, 7), sized(1)] as const),
      ...[
        sized(2, ...suites.map((suite) => number(suite, 2))),
        sized(1, number(0, 1)),
        sized(2, ...extensions),
      ],
    ),
  ]);
  const records: Buffer[] = [];
  for (let at = 0; at < hello.length; at += 16_384)
    records.push(number(0x16, 1), number(0x0301, 2), sized(2, hello.subarray(at, at + 16_384)));
  return Buffer.concat(records);
}
