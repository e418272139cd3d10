import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { ApiRefusal, ClusterClient, Unreachable } from "../../cluster/client.ts";
import { exec } from "../../cluster/exec.ts";
import { clusterId } from "../../cluster/identity.ts";
import { items, named } from "../support/cluster-objects.ts";
import { hangs, KubeApi, refusal } from "../support/kube-api.ts";

let api: KubeApi;
let client: ClusterClient;
before(async () => {
  api = await KubeApi.start();
  client = new ClusterClient({ kubeconfig: api.kubeconfig });
});
after(() => api.stop());

/** What is said of a cluster's address. */
function unreachable(...given: ConstructorParameters<typeof ClusterClient>): string {
  try {
    new ClusterClient(...given);
  } catch (error) {
    assert.ok(error instanceof Unreachable, `${error}`);
    return error.message;
  }
  assert.fail("expected a refusal");
}

const file = (name: string, text: string) => {
  const path = join(api.kubeconfig, "..", name);
  writeFileSync(path, text);
  return path;
};

test("a context is chosen by its name, and a wrong one told with those that there are", () => {
  const { kubeconfig } = api;
  assert.equal(new ClusterClient({ kubeconfig, context: "there" }).server, `${api.server}/there`);
  assert.equal(client.server, api.server);
  assert.equal(
    unreachable({ kubeconfig, context: "nowhere" }),
    "the kubeconfig has no context nowhere, it has: here, there",
  );
});

test("a kubeconfig that is not one is told by its path", () => {
  for (const kubeconfig of ["/nonexistent/kubeconfig", file("broken", "clusters: ["), file("list", "[]")])
    assert.match(unreachable({ kubeconfig }), new RegExp(`^the kubeconfig ${kubeconfig} `));
  const empty = file("empty", "apiVersion: v1\nkind: Config\n");
  assert.match(
    unreachable({ kubeconfig: empty }),
    /has no current context: name one in edge-registry:cluster$/,
  );
});

test("KUBECONFIG counts where no kubeconfig is named", () => {
  const before = process.env.KUBECONFIG;
  try {
    process.env.KUBECONFIG = api.kubeconfig;
    assert.equal(new ClusterClient({}).server, api.server);
    assert.equal(new ClusterClient({ context: "there" }).server, `${api.server}/there`);
    process.env.KUBECONFIG = "/nonexistent/kubeconfig";
    assert.match(unreachable({}), /^the kubeconfig of this shell/);
  } finally {
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
  }
});

test("what is not there is undefined, and what is refused is told in the server's words", async () => {
  api.answers = {
    "/api/v1/namespaces/a": named("a"),
    "/api/v1/nodes": items(named("n")),
    "/api/v1/pods": refusal(403, "pods is forbidden"),
  };
  assert.equal((await client.get("/api/v1/namespaces/a"))?.metadata.name, "a");
  assert.equal(await client.get("/api/v1/namespaces/b"), undefined);
  assert.deepEqual(await client.list("/api/v1/nodes"), [named("n")]);
  await assert.rejects(client.get("/api/v1/pods"), (error) => {
    assert.ok(error instanceof ApiRefusal);
    assert.deepEqual([error.status, error.message], [403, "pods is forbidden"]);
    return true;
  });
  await client.delete("/api/v1/namespaces/b");
  await client.create("/api/v1/namespaces", { kind: "Namespace" });
  assert.deepEqual(api.created, [{ kind: "Namespace" }]);
});

test("a server that says nothing is given up, as is one that is not there or not the right one", async () => {
  api.answers = { "/api/v1/nodes": hangs };
  const hasty = new ClusterClient({ kubeconfig: api.kubeconfig }, 1);
  // Most of them wait for the connections of three, and are given up with these.
  const before = api.asked.length;
  const since = performance.now();
  const asking = Promise.allSettled(Array.from({ length: 9 }, () => hasty.list("/api/v1/nodes")));
  await delay(500);
  assert.equal(api.asked.length - before, 3);
  for (const one of await asking)
    assert.deepEqual(one, {
      status: "rejected",
      reason: new Unreachable(`${api.server} does not answer: no answer in time`),
    });
  assert.ok(performance.now() - since < 2500);
  const text = readFileSync(api.kubeconfig, "utf8");
  const gone = file("gone", text.replaceAll(api.server, "https://127.0.0.1:1"));
  await assert.rejects(
    new ClusterClient({ kubeconfig: gone }).list("/"),
    /https:\/\/127.0.0.1:1 does not answer/,
  );
  const foreign = file("foreign", text.replace(/"certificate-authority":"[^"]*"/, '"tls-server-name":"x"'));
  await assert.rejects(new ClusterClient({ kubeconfig: foreign }).list("/"), Unreachable);
});

test("a cluster is known by the uid of kube-system", async () => {
  api.answers = { "/api/v1/namespaces/kube-system": named("kube-system", { uid: "uid-1" }) };
  assert.equal(await clusterId(client), "uid-1");
  api.answers = {};
  await assert.rejects(clusterId(client), /has no namespace kube-system$/);
});

test("a command in a pod tells its words and how it ended", async () => {
  const target = { namespace: "n", pod: "p", container: "c" };
  api.exec = (pod, command) => ({ ok: command[0] === "true", code: 7, says: `${pod} ${command.join(" ")}` });
  assert.deepEqual(await exec(client, target, ["true", "a b"], 5), {
    code: 0,
    stdout: "p true a b",
    stderr: "",
  });
  assert.equal((await exec(client, target, ["false"], 5)).code, 7);
  assert.ok(api.asked.includes("EXEC /api/v1/namespaces/n/pods/p/exec"));
});
