import { randomBytes } from "node:crypto";
import path from "node:path";
import { after } from "node:test";
import { run } from "../../machine/run.ts";
import { Stack } from "./engine.ts";

/** A program with an object of each kind, which the tests of a file have in a namespace of its own. */
export const program = path.join(import.meta.dirname, "../e2e/programs/kubernetes");
export const namespace = `plugins-${randomBytes(3).toString("hex")}`;

export const stack = await Stack.create(program, {
  E2E_NAMESPACE: namespace,
  // Each create applies under a name of its own: what a killed one left can only be changed by force.
  PULUMI_K8S_ENABLE_PATCH_FORCE: "true",
});

after(async () => {
  await stack.destroy();
  await kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false");
  await stack.remove();
});

export const kubectl = async (...args: readonly string[]) => (await run("kubectl", args)).trim();

export const inSpace = (...args: string[]) => kubectl("--namespace", namespace, ...args);

/** How far the program is, and what else it is told. */
export const at = (step: string, env: Record<string, string> = {}) => ({ env: { STEP: step, ...env } });
