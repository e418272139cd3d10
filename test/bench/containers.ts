import { setTimeout as sleep } from "node:timers/promises";
import { figure } from "../../local/test/bench/figure.ts";
import { Containers, type Part } from "../support/containers.ts";
import { Load } from "../support/load.ts";
import { onNode } from "../support/nodes.ts";
import { nodeAddresses, Site } from "../support/site.ts";

const parts: Readonly<Record<Part, string>> = {
  registry: "registry",
  gateway: "gateway",
  server: "store (versitygw)",
};
const seconds = 30;
const namespace = "edge-registry";

/** What a container's process uses, in MiB, and of one core. */
interface Usage {
  /** With the pages of the program's file, which it shares with whoever else runs it. */
  readonly rss: number;
  /** What the kubelet counts, `kubectl top` shows and evictions go by. */
  readonly workingSet: number;
  /** The most there was since the last time. */
  readonly peak: number;
  readonly limit: number;
  readonly percent: number;
}

/** What each container costs while nobody asks for anything, and under load, on the cluster in $KUBECONFIG. */
export async function containerFigures(signal: AbortSignal): Promise<void> {
  const [node = "", address = ""] = Object.entries(await nodeAddresses())[0] ?? [];
  const site = await Site.create("bench-containers", {
    cluster: { kubeconfig: process.env.KUBECONFIG },
    nodeAddress: address,
    namespace,
    keepImages: "false",
  });
  const containers = new Containers(node, namespace);
  const measured = () => usages(node, containers, signal);
  try {
    await site.must("up");
    await sleep(20_000, undefined, { signal }); // until what a start has to catch up on is done
    const idle = await measured();
    const load = await Load.start(await site.person(address), {
      ...{ pushers: 4, pullers: 8, layerKibibytes: 16 * 1024 },
      ...{ pauseMillis: 0, timeoutSeconds: 60 },
    });
    const loaded = await measured().finally(() => load.stop());
    const { done } = load.take();
    tell("idle", idle);
    const total = (kind: "rss" | "workingSet") => idle.reduce((sum, [, usage]) => sum + usage[kind], 0);
    figure("registry, gateway and store together: RSS", [total("rss")], "MiB", "≤ 110");
    figure("  as the kubelet counts it", [total("workingSet")], "MiB", "≤ 110");
    console.log(
      `under load: 4 clients push, 8 pull, layers up to 16 MiB: ${JSON.stringify(done)} in ${seconds} s`,
    );
    tell("loaded", loaded);
  } finally {
    await site.end();
  }
}

type Usages = readonly (readonly [Part, Usage])[];

function tell(when: string, usages: Usages): void {
  for (const [part, { rss, workingSet, peak, limit, percent }] of usages) {
    figure(`${parts[part]}, ${when}: RSS`, [rss], "MiB", "-");
    figure("  as the kubelet counts it", [workingSet], "MiB", "-");
    figure("  the most there was", [peak], "MiB", `≤ ${limit}`);
    figure(`  of one core, over ${seconds} s`, [percent], "%", "-");
  }
}

async function usages(node: string, containers: Containers, signal: AbortSignal): Promise<Usages> {
  const each = (Object.keys(parts) as Part[]).map(async (part) => {
    const pid = await containers.processOf(part);
    if (pid === undefined) throw new Error(`${part} does not run`);
    const ask = async () => (await onNode(node, question(pid))).trim().split(/\s+/).map(Number);
    await onNode(node, `echo 5 >/proc/${pid}/clear_refs`); // forgets the most that there was
    const [before = 0] = await ask();
    await sleep(seconds * 1000, undefined, { signal });
    const [ticks = 0, peak = 0, rss = 0, used = 0, inactive = 0, limit = 0] = await ask();
    const resident = { rss: rss / 1024, peak: peak / 1024 };
    const counted = { workingSet: (used - inactive) / 2 ** 20, limit: limit / 2 ** 20 };
    return [part, { ...resident, ...counted, percent: (ticks - before) / seconds }] as const;
  });
  return Promise.all(each);
}

/**
 * Processor time in hundredths of a second, VmHWM and VmRSS in KiB, and of the control group, in bytes, what it uses, what
 * of that are pages of files that nothing used lately, and its limit.
 */
const question = (pid: number) => `
  awk '{ print $14 + $15 }' /proc/${pid}/stat
  awk '/^Vm(HWM|RSS)/ { print $2 }' /proc/${pid}/status
  group=/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' /proc/${pid}/cgroup)
  if [ -e "$group/memory.usage_in_bytes" ]; then
    used=memory.usage_in_bytes inactive=total_inactive_file limit=memory.limit_in_bytes
  else
    group=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/${pid}/cgroup)
    used=memory.current inactive=inactive_file limit=memory.max
  fi
  cat "$group/$used"
  awk -v name=$inactive '$1 == name { print $2 }' "$group/memory.stat"
  cat "$group/$limit"`;
