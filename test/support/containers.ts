import { onNode } from "./nodes.ts";

/** A stack's processes by what they are. */
export type Part = "registry" | "gateway" | "server";

/** The containers of a namespace, or of one pod in it, on one node, known without the API server. */
export class Containers {
  readonly #node: string;
  readonly #namespace: string;
  readonly #pod: string | undefined;

  constructor(node: string, namespace: string, pod?: string) {
    this.#node = node;
    this.#namespace = namespace;
    this.#pod = pod;
  }

  /** The first process of a container that runs, as the node numbers it; none where none does. */
  async processOf(part: Part): Promise<number | undefined> {
    const pid = Number(await onNode(this.#node, this.#find(part)));
    return pid > 0 ? pid : undefined;
  }

  /** Sends a container's first process a signal; false where none runs. */
  async signal(part: Part, signal: "KILL" | "STOP" | "CONT"): Promise<boolean> {
    const line = `pid=$(${this.#find(part)}); [ -z "$pid" ] || { kill -${signal} "$pid" && echo sent; }`;
    return (await onNode(this.#node, line)) === "sent\n";
  }

  #find(part: Part): string {
    const label = (name: string, value: string) => `labels."io.kubernetes.${name}"==${value}`;
    const filter = [
      label("pod.namespace", this.#namespace),
      ...(this.#pod === undefined ? [] : [label("pod.name", this.#pod)]),
      label("container.name", part),
    ].join(",");
    return `for id in $(ctr -n k8s.io containers ls -q '${filter}'); do
      cat "/run/containerd/io.containerd.runtime.v2.task/k8s.io/$id/init.pid" 2>/dev/null && echo
    done | grep . | tail -1`;
  }
}
