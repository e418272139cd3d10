import type { Socket } from "node:net";
import type { Besieged } from "./besieged.ts";
import { beginning } from "./crowd.ts";
import { bytes } from "./raw.ts";

/** Uploads of someone who signed in that come by a byte now and then, and never end by themselves. */
export class DrippingUploads {
  readonly #besieged: Besieged;
  readonly #sockets: Socket[] = [];
  readonly #drip: NodeJS.Timeout;

  constructor(besieged: Besieged) {
    this.#besieged = besieged;
    this.#drip = setInterval(() => {
      for (const socket of this.#sockets) if (socket.writable) socket.write("a");
    }, 500);
  }

  /** Begins so many more. */
  async begin(count: number): Promise<void> {
    const { client, pusher, raw } = this.#besieged;
    const headers = ["Content-Type: application/octet-stream", "Content-Length: 200000"];
    for (let number = 0; number < count; number += 1) {
      const began = await client.send("POST", "/v2/team/dripping/blobs/uploads/", { account: pusher });
      const line = `PATCH ${began.headers.location} HTTP/1.1`;
      this.#sockets.push(...(await beginning(raw, 1, bytes(line, pusher, headers, "a"))));
    }
  }

  /** Ends one, as if its client were gone. */
  endOne(): void {
    this.#sockets.pop()?.destroy();
  }

  end(): void {
    clearInterval(this.#drip);
    for (const socket of this.#sockets) socket.destroy();
  }
}
