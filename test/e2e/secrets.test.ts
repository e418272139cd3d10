/**
 * No password and no private key is to be read where it is not needed. versitygw's root key is not among those: see
 * render/store-server.ts. Against the local cluster in $KUBECONFIG;
 * `node local/test/run.ts e2e secrets` makes one.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { references } from "../../local/images/catalog.ts";
import { eventually } from "../../local/test/support/cli.ts";
import type { Run } from "../../local/test/support/engine.ts";
import { apply } from "../support/client-pods.ts";
import { onNode } from "../support/nodes.ts";
import { type Secret, writingsOf } from "../support/secret.ts";
import { SecretSearch } from "../support/secret-search.ts";
import { kubectl, nodeAddresses, Site } from "../support/site.ts";
import { secretsInCluster, secretsInState } from "../support/stack-secrets.ts";

const namespace = "secrets-e2e";
const plant = "/var/lib/planted";
const given = (what: string): Secret => ({
  what,
  texts: [`${what} "${randomBytes(12).toString("base64")}"`],
});
const [first, second] = [given("given password"), given("given password 2")];
let site: Site;
let nodes: readonly string[];
let secrets: readonly Secret[];
let search: SecretSearch;
/** All that the engine said, by what was asked of it. */
const said: Record<string, Run> = {};

const account = (index: number, key: string) => `edge-registry:accounts[${index}].${key}`;
const setPassword = ({ texts: [text = ""] }: Secret) =>
  site.stack.setConfig(account(2, "password"), text, "--secret", "--path");

async function succeeded(what: string, work: Promise<Run>): Promise<void> {
  const done = await work;
  assert.equal(done.code, 0, `${what}:\n${done.stdout}${done.stderr}`);
  said[what] = done;
}

before(async () => {
  const addresses = await nodeAddresses();
  nodes = Object.keys(addresses);
  const address = addresses["node-1"] ?? "";
  site = await Site.create("secrets", {
    cluster: { context: (await kubectl("config", "current-context")).trim() },
    nodeAddress: address,
    namespace,
    port: "5065",
    storage: { reachAt: `${address}:5066` },
    pullSecret: { namespaces: ["default"], serviceAccounts: [] },
    keepImages: "false",
  });
  await rm(join(site.stack.directory, "home/logs")); // the engine keeps some then, as it does elsewhere
  const roles = { regUser: "push", regPuller: "pull", ci: "push" };
  for (const [index, [name, role]] of Object.entries(roles).entries()) {
    await site.stack.setConfig(account(index, "name"), name, "--path");
    await site.stack.setConfig(account(index, "role"), role, "--path");
  }
});

after(async () => {
  for (const node of nodes) await onNode(node, `rm -f ${plant}`);
  await site.end();
});

test("a stack is made, and changed in its passwords and certificates", async () => {
  await setPassword(first);
  await succeeded("the first preview", site.stack.preview());
  await succeeded("up", site.stack.up());
  const before = [
    ...(await secretsInState(site.stack)),
    ...(await secretsInCluster("edge-registry.secrets")),
  ];
  await setPassword(second);
  await site.set({ certificate: { validityDays: 400 } });
  const args = ["--replace", "**::accounts-regUser"];
  await succeeded("a preview of other passwords and of a renewal", site.stack.preview({ args }));
  await site.set({ certificate: { generation: 2, trusts: [1, 2] } });
  const all = { args: ["--diff", ...args] };
  await succeeded("up with other passwords, certificates and authority", site.stack.up(all));
  await succeeded("what the stack tells", site.stack.command("stack", "output", "--json"));
  const state = await secretsInState(site.stack);
  secrets = [first, second, ...before, ...state, ...(await secretsInCluster("edge-registry.secrets"))];
  search = new SecretSearch(secrets);
  assert.deepEqual(state.map(({ what }) => what).sort(), [
    "accounts-regPuller",
    "accounts-regPuller's hash",
    "accounts-regUser",
    "accounts-regUser's hash",
    "authority-key-1",
    "authority-key-2",
    "registry-http-secret",
    "registry-http-secret's hash",
    "server-certificate-key",
    "store-authority-key-1",
    "store-certificate-key",
    "store-password",
    "store-password's hash",
  ]);
});

test("all that is searched for is found where it is meant to be: else nothing could be missed", async () => {
  const shown = await site.stack.command("stack", "export", "--show-secrets");
  const found = search.inText("state", shown.stdout);
  const state = await secretsInState(site.stack);
  for (const { what } of [second, ...state]) assert.ok(found.includes(`state: ${what}`), what);
  const stored = await kubectl("get", "secrets", "--all-namespaces", "--output=json");
  const inSecrets = search.inText("cluster", stored);
  // Of a given password the cluster has the hash alone.
  for (const what of ["accounts-regPuller", "server-certificate-key", "store-password"])
    assert.ok(inSecrets.includes(`cluster: ${what}`), `${what} is not among ${inSecrets.join(", ")}`);
});

test("no output of the engine's has one: previews with their differences, up, outputs", () => {
  const found = Object.entries(said).flatMap(([what, { stdout, stderr }]) =>
    search.inText(what, stdout + stderr),
  );
  assert.deepEqual(found, []);
});

test("the state, its history, the settings and the engine's home have none in clear", async () => {
  const { directory } = site.stack;
  assert.deepEqual(search.inText("stack export", await site.stack.exportText()), []);
  assert.deepEqual(
    search.inText("settings", await readFile(join(directory, "Pulumi.secrets.yaml"), "utf8")),
    [],
  );
  // Not the events beside them, which tests have the engine write: like `--debug`, they hold what the SDK's debug messages
  // say, and that is each answer as it came.
  const folders = ["state", "home"].map((name) => search.inFolder(join(directory, name)));
  assert.notDeepEqual(await readdir(join(directory, "home/logs")), []);
  assert.deepEqual((await Promise.all(folders)).flat(), []);
});

test("no object of the cluster has one but Secrets: ConfigMaps, pods, events and all others", async () => {
  assert.deepEqual(await search.inCluster(), []);
});

test("no machine of the cluster has one on its disk, in a log, or in what a process was started with", async () => {
  const found = await Promise.all(["control-plane", ...nodes].map((machine) => search.onMachine(machine)));
  assert.deepEqual(found.flat(), []);
});

test("what is planted in an object, a log, a process and a file is found", async () => {
  const [password = "", key = ""] = ["accounts-regUser", "server-certificate-key"].map((what) => {
    const secret = secrets.findLast((one) => one.what === what) ?? assert.fail(what);
    return writingsOf(secret)[0];
  });
  const metadata = { name: "planted", namespace };
  const container = {
    ...{ name: "main", image: references.busybox },
    command: ["sh", "-c", 'echo "$PLANTED"; exec sleep 600'],
    env: [{ name: "PLANTED", value: password }],
  };
  const items = [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data: { some: Buffer.from(`x${password}`).toString("base64") },
    },
    { apiVersion: "v1", kind: "Pod", metadata, spec: { nodeName: "node-2", containers: [container] } },
  ];
  await apply(...items);
  await onNode("node-3", `printf 'before%safter' '${key}' >${plant}`);
  await eventually("the planted pod to have said it", 30, async () => {
    return (await kubectl("-n", namespace, "logs", "planted")).includes(password) || undefined;
  });
  const inObjects = await search.inCluster();
  for (const place of ["ConfigMap", "Pod"])
    assert.ok(inObjects.includes(`${place} ${namespace}/planted: accounts-regUser`), inObjects.join("\n"));
  const [onSecond, onThird] = await Promise.all([search.onMachine("node-2"), search.onMachine("node-3")]);
  for (const place of [
    /^node-2:\/proc\/\d+\/environ: accounts-regUser$/m,
    /^node-2:\/var\/log\/pods\/secrets-e2e_planted_.*: accounts-regUser$/m,
    /^node-2:\/var\/lib\/containerd\/.*: accounts-regUser$/m,
  ])
    assert.match(onSecond.join("\n"), place);
  assert.ok(onThird.includes(`node-3:${plant}: server-certificate-key`), onThird.join("\n"));
});
