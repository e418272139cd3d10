import { kubectl } from "./site.ts";

/** The pods of the proof that run: a line each, with the node and the images that it pulled. */
export async function proofs(namespace: string): Promise<readonly string[]> {
  const list = await kubectl(
    ...["-n", namespace, "get", "pods", "-l", "app=pull-proof", "--field-selector=status.phase=Running"],
    ...["-o", 'jsonpath={range .items[*]}{.spec.nodeName} {.spec.containers[*].image}{"\\n"}{end}'],
  );
  return list.trim().split("\n").sort();
}

/** Where they run. */
export const nodesOf = (lines: readonly string[]) => lines.map((line) => line.split(" ")[0]);
