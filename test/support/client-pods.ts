import { run } from "../../local/machine/run.ts";
import { eventually } from "../../local/test/support/cli.ts";
import { kubectl } from "./site.ts";

/** Makes objects in the cluster. */
export async function apply(...items: readonly object[]): Promise<void> {
  await run("kubectl", ["apply", "-f", "-"], {
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  });
}

/** A pod as somebody's who knows of the registry no more than an image's name; `container` says what else is in it. */
export function clientPod(name: string, namespace: string, image: string, container: object = {}) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 1,
      containers: [{ name: "main", image, ...container }],
    },
  };
}

/** Waits until a pod is in a phase. */
export const inPhase = (namespace: string, pod: string, wanted: string) =>
  eventually(`pod ${namespace}/${pod} to be ${wanted}`, 30, async () => {
    const found = await kubectl("-n", namespace, "get", "pod", pod, "-o", "jsonpath={.status.phase}");
    if (found !== wanted) throw new Error(`it is ${found}`);
    return true;
  });
