import { setTimeout as sleep } from "node:timers/promises";
import { figure, repeated } from "../../local/test/bench/figure.ts";
import { resourcesOf } from "../../stacks/settings/resources.ts";
import { basic, HttpsClient } from "../support/https.ts";
import { mediaType, putManifest } from "../support/manifests.ts";
import type { Program } from "../support/program.ts";
import { RegistryPod } from "../support/registry-pod.ts";
import { withHtpasswd } from "./htpasswd-registry.ts";
import { transferFigures } from "./transfers.ts";
import { wrk } from "./wrk.ts";

const repository = "bench/image";
const names = ["gateway", "registry", "store"] as const;

/**
 * What the gateway costs, beside the registry without it and the registry's own sign-in: the processes of the pod with
 * the pod's own settings and limits, on loopback. Needs their binaries and wrk on PATH.
 */
export async function gatewayFigures(signal: AbortSignal): Promise<void> {
  const pod = await RegistryPod.start();
  try {
    await coldStarts(pod, signal);
    await idle(pod, "idle", signal);
    await requests(pod, signal);
    await transferFigures(pod, signal);
    await peaks(pod);
    await idle(pod, "idle again, a while after that", signal);
  } finally {
    await pod.stop();
  }
}

/** From nothing to the first answer to someone who signs in. */
async function coldStarts(pod: RegistryPod, signal: AbortSignal): Promise<void> {
  const client = new HttpsClient(pod.ports.gateway, pod.authority);
  const starts = await repeated(signal, async () => {
    await Promise.all(names.map((name) => pod[name].kill()));
    const since = performance.now();
    await Promise.all(names.map((name) => pod[name].start()));
    const { status } = await client.send("GET", "/v2/", { account: pod.account("pull") });
    if (status !== 200) throw new Error(`expected 200, got ${status}`);
    return (performance.now() - since) / 1000;
  });
  figure("gateway, registry, store: first request after", starts, "s", "≤ 2");
}

async function idle(pod: RegistryPod, when: string, signal: AbortSignal): Promise<void> {
  await sleep(10_000, undefined, { signal });
  const programs = names.map((name) => pod[name]);
  const spent = () => Promise.all(programs.map((program) => program.processorSeconds()));
  const before = await spent();
  await sleep(10_000, undefined, { signal });
  const percents = (await spent()).map((seconds, at) => (seconds - (before[at] ?? 0)) * 10);
  const memory = await Promise.all(programs.map((program) => program.memory()));
  figure(`${when}: gateway + registry + store`, [sum(memory)], "MiB", "≤ 110");
  for (const [at, name] of names.entries()) figure(`  ${name}`, [memory[at] ?? Number.NaN], "MiB", "-");
  figure("  of one core, over 10 s", [sum(percents)], "%", "≤ 2");
}

/** Pulls of one manifest by its tag, by clients that keep their connections. */
async function requests(pod: RegistryPod, signal: AbortSignal): Promise<void> {
  const account = pod.account("pull");
  await putManifest(new HttpsClient(pod.ports.gateway, pod.authority), pod.account("push"), repository, "1");
  const path = `/v2/${repository}/manifests/1`;
  const accept = [`Accept: ${mediaType}`];
  const signedIn = [...accept, `Authorization: ${basic(account).authorization}`];
  await withHtpasswd(pod, account, async (port) => {
    for (const clients of [4, 64]) {
      const cycles = await repeated(signal, async () => {
        const direct = await wrk(`http://127.0.0.1:${pod.ports.registry}${path}`, clients, 5, accept);
        const { cost, result } = await costOf(pod, () =>
          wrk(`https://127.0.0.1:${pod.ports.gateway}${path}`, clients, 5, signedIn),
        );
        const own = await wrk(`http://127.0.0.1:${port}${path}`, clients, 5, signedIn);
        return { direct, gateway: result, own, cost: cost.map((each) => (each / result.requests) * 1e6) };
      });
      const of = (name: "direct" | "gateway" | "own") => cycles.map((cycle) => cycle[name].perSecond);
      const against = (name: "direct" | "own") =>
        cycles.map((cycle) => cycle.gateway.perSecond / cycle[name].perSecond);
      figure(`${clients} clients: manifests through the gateway`, of("gateway"), "/s", "-");
      figure("  straight from the registry, without sign-in", of("direct"), "/s", "-");
      figure("  straight from a registry with htpasswd", of("own"), "/s", "-");
      figure("  gateway : without sign-in", against("direct").map(percent), "%", "≥ 85");
      figure("  gateway : htpasswd", against("own"), "x", "≥ 30");
      for (const [at, name] of names.entries())
        figure(
          `  processor of the ${name}, a request`,
          cycles.map((cycle) => cycle.cost[at] ?? 0),
          "µs",
          "-",
        );
    }
  });
}

/** What each process of the pod took of the processor, in seconds. */
async function costOf<T>(pod: RegistryPod, work: () => Promise<T>) {
  const spent = () => Promise.all(names.map((name) => pod[name].processorSeconds()));
  const before = await spent();
  const result = await work();
  const cost = (await spent()).map((seconds, at) => seconds - (before[at] ?? 0));
  return { result, cost };
}

/** The most memory that each had so far, beside its limit. */
async function peaks(pod: RegistryPod): Promise<void> {
  const limits = resourcesOf();
  for (const name of names) {
    const program: Program = pod[name];
    figure(`most memory of the ${name}`, [await program.peakMemory()], "MiB", `≤ ${limits[name].memory}`);
  }
  figure("killed for their memory", [await pod.kills()], "", "0");
}

const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
const percent = (ratio: number) => ratio * 100;
