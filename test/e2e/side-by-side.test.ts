/**
 * Two registries of one cluster, behind one ingress controller: nginx passes the TLS of the one through, and ends that of
 * the other. Against the local cluster in $KUBECONFIG, with versitygw on PATH, and apt, which fetches nginx once;
 * `node local/test/run.ts e2e side-by-side` makes one.
 */
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../local/machine/run.ts";
import { eventually } from "../../local/test/support/cli.ts";
import { digestOfMebibytes, digestOfSlowly, mebibytes, upload } from "../support/blobs.ts";
import { Chains } from "../support/chains.ts";
import { HttpsClient } from "../support/https.ts";
import { IngressController } from "../support/ingress-controller.ts";
import { onNode, trustOn } from "../support/nodes.ts";
import { s3ServerOutside } from "../support/outside.ts";
import { nodesOf, proofs } from "../support/proofs.ts";
import { Pulls } from "../support/pulls.ts";
import type { S3Server } from "../support/s3-server.ts";
import { accountOf, kubectl, nodeAddresses, type Person, Site } from "../support/site.ts";

const [passing, ending] = ["passing.example", "ending.example"];
const chains = new Chains();
let server: S3Server;
let controller: IngressController;
let address: string;
let nodes: readonly string[];
/** What was on each node before there was a registry. */
let untouched: readonly string[];
/** Each registry by its host. */
const sites = new Map<string, Site>();
const people = new Map<string, Person>();

const siteOf = (host: string) => sites.get(host) ?? assert.fail(`no site for ${host}`);
const personOf = (host: string) => people.get(host) ?? assert.fail(`nobody at ${host}`);
const accountAt = (host: string, name: string) => accountOf(personOf(host), name);
const onEach = <T>(work: (node: string) => Promise<T>) => Promise.all(nodes.map(work));

function settingsOf(host: string) {
  const { endpoint, accessKey, secretKey, caCertificate } = server.address;
  return {
    ...{ target: "cloud", cluster: { kubeconfig: process.env.KUBECONFIG } },
    ...{ host, nodeAddress: address, nodeTrust: { hosts: true }, keepImages: "false" },
    ...{ expose: { kind: "ingress", ingressClass: controller.className }, replicas: "1" },
    ...{ storage: { endpoint, accessKey, secretKey, caCertificate } },
  };
}

before(async () => {
  const addresses = await nodeAddresses();
  nodes = Object.keys(addresses);
  address = addresses["node-1"] ?? "";
  untouched = await onEach(trustOn);
  server = await s3ServerOutside({ address, nodes });
  controller = await IngressController.start("side-by-side", "node-1", address);
  await kubectl("create", "namespace", "ending-e2e");
  const { certificate, privateKey } = chains.issue({ names: `DNS:${ending}` });
  const data = { "tls.crt": certificate + chains.intermediate, "tls.key": privateKey, "ca.crt": chains.root };
  const secret = {
    ...{ apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", stringData: data },
    metadata: { name: "ending-tls", namespace: "ending-e2e" },
  };
  await run("kubectl", ["apply", "-f", "-"], { input: JSON.stringify(secret) });
  sites.set(
    passing,
    await Site.create("passing", {
      ...settingsOf(passing),
      namespace: "passing-e2e",
      bucket: "registry-passing",
    }),
  );
  sites.set(
    ending,
    await Site.create("ending", {
      ...settingsOf(ending),
      namespace: { existing: "ending-e2e" },
      bucket: "registry-ending",
      expose: { kind: "ingress", ingressClass: controller.className, tlsSecret: "ending-tls" },
      pullSecret: { name: "ending-pull", serviceAccounts: [] },
    }),
  );
});

after(async () => {
  if (server?.program.runs) server.program.signal("SIGCONT");
  await Promise.all([...sites.values()].map((site) => site.end()));
  await controller?.stop();
  await server?.stop();
  chains.remove();
});

/** Runs crane on a node, which knows a registry by what was put there: its hosts file, and its runtime's authorities. */
function crane(node: string, host: string, account: string, line: string): Promise<string> {
  const { name, password } = accountAt(host, account);
  const auth = Buffer.from(`${name}:${password}`).toString("base64");
  const config = JSON.stringify({ auths: { [host]: { auth } } });
  return onNode(
    node,
    `set -e; cd "$(mktemp -d)"; trap 'rm -r "$PWD"' EXIT
    echo '${config}' >config.json; export DOCKER_CONFIG=$PWD SSL_CERT_FILE=/etc/containerd/certs.d/${host}/ca.crt
    ${line}`,
  );
}

test("both come up at once, and each node pulls from both", async () => {
  await Promise.all([siteOf(passing).must("up"), siteOf(ending).must("up")]);
  assert.deepEqual([...controller.troubles], []);
  for (const [host, site] of sites) people.set(host, await site.person());
  const [onePods, otherPods] = await Promise.all([proofs("passing-e2e"), proofs("ending-e2e")]);
  assert.deepEqual([nodesOf(onePods), nodesOf(otherPods)], [nodes, nodes]);
  for (const pod of onePods) assert.match(pod, /^\S+ passing\.example\//);
  for (const pod of otherPods) assert.match(pod, /^\S+ ending\.example\//);
  await onEach(async (node) => {
    const hosts = await onNode(node, "cat /etc/hosts");
    for (const host of [passing, ending]) assert.ok(hosts.includes(`${address} ${host} #`), hosts);
  });
  const previews = await Promise.all([...sites.values()].map((site) => site.must("preview")));
  for (const { changes } of previews) assert.deepEqual(changes, []);
});

test("a third one for a name that nodes know already is refused, with the stack that has it", async () => {
  const { nodeAddress, nodeTrust, ...settings } = settingsOf(passing);
  const apart = { expose: "loadBalancer", namespace: "third-e2e", bucket: "registry-third" };
  const third = await Site.create("third", { ...settings, ...apart });
  try {
    const { code, stdout, stderr } = await third.stack.up();
    assert.notEqual(code, 0);
    assert.match(
      `${stdout}${stderr}`,
      /host: nodes trust passing\.example as stack edge-registry\.passing\S*'s already/,
    );
    assert.equal(await kubectl("get", "namespace", "third-e2e", "--ignore-not-found"), "");
  } finally {
    await third.remove();
  }
});

for (const host of [passing, ending])
  test(`${host}: an image of some MiB goes in and out, for those who may`, async () => {
    const image = `${host}/team/app:1`;
    const push = `head -c 6000000 /dev/urandom >data; tar -cf layer.tar data
      crane append --oci-empty-base -f layer.tar -t ${image}`;
    const said = await crane("node-2", host, "regUser", push);
    const [digest] = /sha256:[0-9a-f]{64}/.exec(said) ?? assert.fail(said);
    const pull = `crane digest ${image}; crane validate --remote ${image}`;
    const [pulled] = (await crane("node-3", host, "regPuller", pull)).split("\n");
    assert.equal(pulled, digest);
    await assert.rejects(crane("node-3", host, "regPuller", push), /DENIED/);
  });

/** The store does not answer for twice as long as nginx waits by itself. */
async function pause(): Promise<void> {
  server.program.signal("SIGSTOP");
  await sleep(4000);
  server.program.signal("SIGCONT");
}

/** 24 MiB, during which the store pauses. */
async function* withPause(): AsyncGenerator<Buffer> {
  let sent = 0;
  let paused = Promise.resolve();
  for await (const block of mebibytes("slow", 24)) {
    sent += 1;
    if (sent === 4) paused = pause();
    yield block;
  }
  await paused;
}

test("nothing of a body is kept on the way, however slowly it is taken or read, and the store may take its time", async () => {
  const [account, repository] = [accountAt(ending, "regUser"), "team/slow"];
  const client = new HttpsClient(443, personOf(ending).authority, address, ending);
  const digest = await digestOfMebibytes("slow", 24);
  await upload(client, account, repository, { digest, bytes: Readable.from(withPause()) });
  const blob = await client.open("GET", `/v2/${repository}/blobs/${digest}`, { account });
  assert.equal(blob.statusCode, 200);
  assert.equal(await digestOfSlowly(blob, 500), digest);
  const asking = client.send("HEAD", `/v2/${repository}/blobs/${digest}`, { account });
  await Promise.all([pause(), asking.then(({ status }) => assert.equal(status, 200))]);
});

test("where TLS ends, the gateway's certificate is held against its authority", async () => {
  const client = new HttpsClient(443, personOf(ending).authority, address, ending);
  const answers = (status: number) =>
    eventually(`the answer ${status}`, 20, async () =>
      (await client.send("GET", "/v2/")).status === status ? true : undefined,
    );
  const inNamespace = (...words: readonly string[]) => kubectl("-n", "ending-e2e", ...words);
  const name = "registry-gateway-ca";
  const { data } = JSON.parse(await inNamespace("get", "secret", name, "-o", "json"));
  const put = (authority: string) =>
    inNamespace("patch", "secret", name, "-p", JSON.stringify({ data: { "ca.crt": authority } }));
  await answers(401);
  await put(Buffer.from(chains.root).toString("base64"));
  await answers(502);
  await put(data["ca.crt"]);
  await answers(401);
});

test("a third that wants what they have is told all of it, before anything is created", async (t) => {
  await kubectl(
    "-n",
    "passing-e2e",
    "create",
    "service",
    "nodeport",
    "taken",
    "--tcp=1",
    "--node-port=30045",
  );
  const third = await Site.create("third", {
    ...{ ...settingsOf(passing), namespace: "passing-e2e", bucket: "registry-passing" },
  });
  t.after(() => third.remove());
  const refused = async () => {
    const { code, stdout, stderr } = await third.stack.preview();
    assert.notEqual(code, 0);
    return `${stdout}${stderr}`;
  };
  const wanting = await refused();
  for (const problem of [
    "namespace: passing-e2e belongs to stack edge-registry.passing",
    "host: Ingress passing-e2e/registry has passing.example already",
    "pullSecret.name: a Secret ches-registry-secret is in namespace default already",
    "bucket: registry-passing at",
  ])
    assert.ok(wanting.includes(problem), wanting);
  await third.set({ expose: "nodePort" });
  const service = "port: 30045 of every node leads to Service passing-e2e/taken already";
  assert.ok((await refused()).includes(service));
  await kubectl("-n", "passing-e2e", "delete", "service", "taken");
});

test("where one is destroyed, nodes keep what the other put there, and pull from it all the while", async () => {
  const ofPassing = (text: string) => text.split("\n").filter((line) => line.includes(passing));
  const before = (await onEach(trustOn)).map(ofPassing);
  const pulls = nodes.map(
    (node) => new Pulls(node, `${passing}/team/app:1`, accountAt(passing, "regPuller")),
  );
  try {
    await siteOf(ending).must("destroy");
  } finally {
    const pulled = await Promise.all(pulls.map((one) => one.stop()));
    assert.deepEqual(
      pulled.flatMap(({ failures }) => failures),
      [],
    );
    for (const { well, again } of pulled) assert.ok(well > 2 && again === 0, JSON.stringify(pulled));
  }
  const now = await onEach(trustOn);
  assert.deepEqual(now.map(ofPassing), before);
  await onEach(async (node) => {
    const left = await onNode(
      node,
      `grep -rl '${ending}' /etc/hosts /etc/containerd /etc/.edge-registry || true`,
    );
    assert.equal(left, "");
    assert.ok((await onNode(node, "cat /etc/hosts")).includes(`${address} ${passing} #`));
  });
  assert.deepEqual((await siteOf(passing).must("preview")).changes, []);
});

test("after the last one nodes are as they were before the first", async () => {
  await siteOf(passing).must("destroy");
  assert.deepEqual(await onEach(trustOn), untouched);
  assert.deepEqual([...controller.troubles], []);
});
