import assert from "node:assert/strict";
import { PreflightError, preflight } from "../../stacks/preflight.ts";
import { items, named, node, storageClass } from "./cluster-objects.ts";
import { least, meant } from "./example-settings.ts";
import { type Answers, sharedKubeApi } from "./kube-api.ts";

const stack = "edge-registry.dev";
/** The metadata of what is this stack's. */
export const ours = { labels: { "edge-registry/stack": stack } };
export const theirs = { labels: { "edge-registry/stack": "edge-registry.other" } };

export const api = await sharedKubeApi();

/** A new cluster of two nodes. */
const cluster: Answers = {
  "/api/v1/namespaces/kube-system": named("kube-system", { uid: "uid-1" }),
  "/api/v1/namespaces/default": named("default"),
  "/api/v1/namespaces/default/serviceaccounts/default": named("default"),
  "/api/v1/nodes": items(node("node-1", "192.0.2.10"), node("node-2", "192.0.2.11")),
  "/apis/storage.k8s.io/v1/storageclasses": items(
    storageClass("slow"),
    storageClass("local-path", { isDefault: true, provisioner: "rancher.io/local-path" }),
  ),
};

/** What is found by a preflight of the stack, with the example's least settings and these. */
export async function found(
  settings: Readonly<Record<string, unknown>> = {},
  answers: Answers = {},
  { preview = false, kubeconfig = api.kubeconfig } = {},
) {
  api.answers = { ...cluster, ...answers };
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const asked = meant({ ...least, cluster: { kubeconfig }, ...settings });
  return { ...(await preflight({ settings: asked, stack, preview, now: new Date(), warn })), warnings };
}

/** All that is said of a cluster that cannot have the stack. */
export async function refused(...given: Parameters<typeof found>): Promise<readonly string[]> {
  try {
    await found(...given);
  } catch (error) {
    assert.ok(error instanceof PreflightError, `${error}`);
    return error.message.split("\n");
  }
  assert.fail("expected a refusal");
}
