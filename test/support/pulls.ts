import { onNode } from "./nodes.ts";
import type { Account } from "./site.ts";

/** What became of pulls, one after the other, on one node. */
export interface Pulled {
  readonly node: string;
  readonly well: number;
  /** How many of these went well when they were done again at once, after their connection had broken off. */
  readonly again: number;
  /** What the node's runtime said of those that failed. */
  readonly failures: readonly string[];
}

/**
 * Pulls one image several times a second by a node's own containerd, which trusts what its `certs.d` says at that moment,
 * over new connections each time. Ends when told to, and by itself after some minutes.
 */
export class Pulls {
  readonly #node: string;
  readonly #work: Promise<string>;
  readonly #stop: string;

  constructor(node: string, image: string, { name, password }: Account) {
    this.#node = node;
    this.#stop = `/run/pulls-${crypto.randomUUID()}`;
    const pull = `ctr -n pulls images pull --hosts-dir /etc/containerd/certs.d --user '${name}:${password}' ${image}`;
    this.#work = onNode(
      node,
      `end=$(( $(date +%s) + 300 ))
      while [ ! -e ${this.#stop} ] && [ "$(date +%s)" -lt "$end" ]; do
        if said=$(${pull} 2>&1); then echo well
        elif ! echo "$said" | tail -n 1 | grep -qE ': (EOF|.*connection reset by peer)$'; then echo "$said" | tail -n 1
        elif said=$(${pull} 2>&1); then echo again
        else echo "$said" | tail -n 1; fi
        ctr -n pulls images rm --sync ${image} >/dev/null 2>&1
        sleep 0.2
      done
      rm -f ${this.#stop}; ctr namespaces rm pulls >/dev/null 2>&1 || true`,
    );
  }

  async stop(): Promise<Pulled> {
    await onNode(this.#node, `touch ${this.#stop}`);
    const lines = (await this.#work).trim().split("\n");
    const failures = lines.filter((line) => line !== "well" && line !== "again");
    const again = lines.filter((line) => line === "again").length;
    return { node: this.#node, well: lines.length - failures.length, again, failures };
  }
}
