import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { requireSpace } from "../machine/disk.ts";
import { run } from "../machine/run.ts";
import { Failure } from "../terminal/failure.ts";
import { controlPlaneAddress, rangeOf } from "./addresses.ts";
import { pkiDirectory } from "./pki.ts";
import { type Cluster, kubeconfigOf } from "./record.ts";

/** Runs kubectl against a cluster. */
export function kubectl(cluster: Cluster, args: readonly string[], input?: string): Promise<string> {
  const options = { env: withoutProxy(cluster), ...(input === undefined ? {} : { input }) };
  return run(join(cluster.bin, "kubectl"), ["--kubeconfig", kubeconfigOf(cluster), ...args], options);
}

/** The variables that keep a person's proxy out of the way to a cluster. */
export function withoutProxy(cluster: Cluster): Readonly<Record<"NO_PROXY" | "no_proxy", string>> {
  const own = process.env.NO_PROXY ?? process.env.no_proxy;
  const all = [...(own ? [own] : []), rangeOf(cluster.subnet)].join(",");
  return { NO_PROXY: all, no_proxy: all };
}

/** Asks the API server for a path, cheaper than kubectl by a process; anything but success throws. */
export async function get(cluster: Cluster, path: string): Promise<string> {
  const file = (name: string) => readFile(join(pkiDirectory(cluster), name));
  const [ca, cert, key] = await Promise.all([file("ca.crt"), file("admin.crt"), file("admin.key")]);
  const agent = new Agent({ ca, cert, key });
  const options = { host: controlPlaneAddress(cluster.subnet), port: 6443, path, agent, timeout: 3000 };
  return new Promise((resolve, reject) => {
    const asked = request(options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${path}: ${response.statusCode} ${body.slice(0, 200)}`));
      });
    });
    asked.on("timeout", () => asked.destroy(new Error(`${path}: no answer within 3 s`)));
    asked.on("error", reject).end();
  });
}

/** A node as the API server sees it. */
export interface NodeStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly runtime: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
    readonly status: {
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      readonly nodeInfo: { readonly containerRuntimeVersion: string };
    };
  }[];
}

/** The nodes that are registered. */
export async function nodeStatuses(cluster: Cluster): Promise<readonly NodeStatus[]> {
  const { items }: NodeList = JSON.parse(await get(cluster, "/api/v1/nodes"));
  return items.map(({ metadata, status }) => ({
    name: metadata.name,
    ready: status.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
    runtime: status.nodeInfo.containerRuntimeVersion,
    annotations: metadata.annotations ?? {},
  }));
}

interface LeaseList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly spec: { readonly renewTime: string };
  }[];
}

/** The nodes whose kubelets were heard since a moment, in milliseconds. */
export async function heardSince(cluster: Cluster, moment: number): Promise<ReadonlySet<string>> {
  const path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
  const { items }: LeaseList = JSON.parse(await get(cluster, path));
  return new Set(
    items.filter(({ spec }) => Date.parse(spec.renewTime) >= moment).map(({ metadata }) => metadata.name),
  );
}

/** Something that was waited for did not come. */
export class TimedOut extends Failure {}

/** What to wait for, and how long at most. */
export interface Awaited {
  readonly what: string;
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** Where a person can read why it does not come. */
  readonly logs: string;
}

/** Asks until the answer is yes; what a failing question said last becomes part of the failure. */
export async function until(
  isSo: () => Promise<boolean>,
  { what, seconds, signal, logs }: Awaited,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  let last = "";
  for (;;) {
    signal.throwIfAborted();
    const yes = await isSo().catch((error) => {
      last = ` (${error.message})`;
      return false;
    });
    if (yes) return;
    if (performance.now() > deadline) await requireSpace(logs, 0.1, "a cluster that runs");
    if (performance.now() > deadline)
      throw new TimedOut(`waited ${seconds} s for ${what}${last}: see ${logs}; make stop clears it away`);
    await sleep(100, undefined, { signal }).catch(() => undefined);
  }
}
