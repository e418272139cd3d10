/**
 * A certificate that others issue, for two registries behind one Service: first from a Secret in which it is renewed, as
 * cert-manager does, then as PEM. Against the cluster in $KUBECONFIG, with versitygw on PATH;
 * `node local/test/run.ts e2e cloud` makes one.
 */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import { eventually } from "../../local/test/support/cli.ts";
import { Chains } from "../support/chains.ts";
import { Load } from "../support/load.ts";
import { s3ServerOutside } from "../support/outside.ts";
import { nodesOf, proofs } from "../support/proofs.ts";
import type { S3Server } from "../support/s3-server.ts";
import { kubectl, nodeAddresses, Site } from "../support/site.ts";

const namespace = "brought-e2e";
const host = "registry.example.com";
const port = 30096;
const chains = new Chains();
/** A certificate for the name, and for the address by which the clients here come, who do not resolve names. */
const issue = () => chains.issue({ names: `DNS:${host},IP:${address}` });
let server: S3Server;
let site: Site;
let address: string;
let nodes: readonly string[];

/** Puts a certificate where its issuer would, and gives its serial number. */
async function issued({ certificate, privateKey }: ReturnType<typeof issue>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "edge-registry-"));
  const data = { "tls.crt": certificate + chains.intermediate, "tls.key": privateKey, "ca.crt": chains.root };
  const secret = {
    ...{ apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls", stringData: data },
    metadata: { name: "registry-tls", namespace },
  };
  await writeFile(join(directory, "secret.json"), JSON.stringify(secret));
  await kubectl("apply", "-f", join(directory, "secret.json"));
  await rm(directory, { recursive: true });
  return new X509Certificate(certificate).serialNumber;
}

/** What the two of them show, one of which answers each question: that one is never asked is one in half a million. */
async function shown(): Promise<readonly string[]> {
  const serials = new Set<string>();
  for (let times = 0; times < 20; times++) serials.add(await shownByOne());
  return [...serials];
}

/** What one of them shows, asked once more where it dropped the question in the moment of a change, as clients do. */
const shownByOne = () =>
  shownOnce().catch((error) => {
    assert.equal(error.code, "ECONNRESET", `${error}`);
    return shownOnce();
  });

/** The serial number of what it shows to a client that knows the root and the name alone. */
function shownOnce(): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      port,
      path: "/v2/",
      servername: host,
      ca: chains.root,
      agent: false as const,
    };
    const sent = request({ ...options, timeout: 5000 }, (response) => {
      response.resume();
      const { socket } = response;
      if (response.statusCode !== 401) reject(new Error(`it answers ${response.statusCode}`));
      resolve(socket instanceof TLSSocket ? socket.getPeerCertificate().serialNumber : "");
    });
    sent.on("error", reject).on("timeout", () => sent.destroy(new Error("no answer within 5 s")));
    sent.end();
  });
}

const pods = () =>
  kubectl(
    ...["-n", namespace, "get", "pods", "-l", "app=registry", "-o"],
    'jsonpath={range .items[*]}{.metadata.uid} {.status.containerStatuses[*].restartCount}{"\\n"}{end}',
  );

before(async () => {
  const addresses = await nodeAddresses();
  nodes = Object.keys(addresses);
  address = addresses["node-1"] ?? "";
  server = await s3ServerOutside({ address, nodes });
  await kubectl("create", "namespace", namespace);
  const { endpoint, accessKey, secretKey, caCertificate } = server.address;
  site = await Site.create("brought", {
    target: "cloud",
    cluster: { kubeconfig: process.env.KUBECONFIG },
    expose: "nodePort",
    nodeAddress: address,
    host,
    port: `${port}`,
    namespace: { existing: namespace },
    certificate: { secretName: "registry-tls" },
    nodeTrust: { hosts: true },
    pullSecret: { namespaces: [] },
    storage: { endpoint, accessKey, secretKey, caCertificate },
  });
});

after(async () => {
  await site?.end();
  await server?.stop();
  chains.remove();
});

test("what is wrong with it is told before anything is created", async () => {
  const refused = async () => {
    const { code, stdout, stderr } = await site.stack.preview();
    assert.notEqual(code, 0);
    return `${stdout}${stderr}`;
  };
  assert.match(
    await refused(),
    /certificate\.secretName: .* registry-tls, which is not there: kubectl -n brought-e2e create/,
  );
  await issued(chains.issue({ names: "DNS:other.example.com" }));
  assert.match(
    await refused(),
    /registry-tls: it is not for registry\.example\.com, but for other\.example\.com/,
  );
  assert.equal(await kubectl("-n", namespace, "get", "deployments", "-o", "name"), "");
});

test("nodes get its authority, and pull by the name that it is for", async () => {
  const serial = await issued(issue());
  await site.must("up");
  assert.deepEqual(await shown(), [serial]);
  assert.equal((await pods()).trim().split("\n").length, 2);
  const lines = await proofs(namespace);
  assert.deepEqual(nodesOf(lines), nodes);
  for (const line of lines) assert.match(line, new RegExp(`^\\S+ ${host}:${port}/\\S+$`));
  const { url, caCertificate } = await site.stack.outputs();
  assert.equal(url, `https://${host}:${port}`);
  assert.equal(`${caCertificate}`.trim(), chains.root.trim());
  assert.deepEqual((await site.must("up")).changes, []);
});

test("a renewed one is served within two minutes, without a restart, an up or a failed push or pull", async (t) => {
  const running = await pods();
  const load = await Load.start(await site.person(address), {
    ...{ pushers: 2, pullers: 2, layerKibibytes: 256 },
    ...{ pauseMillis: 200, timeoutSeconds: 60 },
  });
  try {
    // So that enough go on when it is changed, which the kubelet may notice at once or after a minute.
    await eventually("some pushes", 60, async () => load.acknowledged.size > 10 || undefined);
    const renewed = await issued(issue());
    const began = Date.now();
    for (let serials: readonly string[] = []; serials.join() !== renewed; serials = await shown()) {
      assert.ok(Date.now() - began < 120_000, `after two minutes they show ${serials}, not ${renewed}`);
      await delay(250);
    }
    t.diagnostic(`both show the renewed one after ${Math.round((Date.now() - began) / 1000)} s`);
    await load.works(30);
  } finally {
    await load.stop();
  }
  const { done, troubles } = load.take();
  t.diagnostic(JSON.stringify(done));
  assert.ok(done.pull > 2, JSON.stringify(done));
  assert.deepEqual(troubles, []);
  assert.deepEqual(await load.verify(), []);
  assert.equal(await pods(), running);
  assert.deepEqual((await site.must("up")).changes, []);
  assert.equal(await pods(), running);
});

test("a broken one is not taken, and the one before it is shown on", async () => {
  const [before, running] = [await shown(), await pods()];
  assert.equal(before.length, 1);
  const [{ certificate }, { privateKey }] = [issue(), issue()];
  // The API server takes no pair that does not match from kubectl create, but from those who renew.
  await issued({ certificate, privateKey });
  const { code, stdout, stderr } = await site.stack.preview();
  assert.notEqual(code, 0);
  assert.match(`${stdout}${stderr}`, /registry-tls: its key is another certificate's/);
  const refusing = async () => {
    const of = ["-l", "app=registry", "-c", "gateway", "--prefix", "--tail=-1"];
    const lines = (await kubectl("-n", namespace, "logs", ...of)).split("\n");
    const said = lines.filter((line) => /private key does not match/.test(line));
    return new Set(said.map((line) => line.split(" ")[0])).size;
  };
  // How soon the kubelet looks by itself was seen above; a change of a pod's annotations makes it look.
  const look = () =>
    kubectl("-n", namespace, "annotate", "--overwrite", "pods", "-l", "app=registry", `look=${Date.now()}`);
  const began = Date.now();
  while ((await refusing()) < 2) {
    assert.ok(Date.now() - began < 30_000, "they did not refuse it within half a minute");
    assert.deepEqual(await shown(), before);
    await look();
    await delay(1000);
  }
  assert.deepEqual(await shown(), before);
  assert.equal(await pods(), running);
  await issued(issue());
});

test("one that is given as PEM takes the Secret's place, and nodes pull on", async () => {
  const { certificate, privateKey } = issue();
  const chain = certificate + chains.intermediate;
  await site.set({ certificate: { certificate: chain, privateKey, caCertificate: chains.root } });
  await site.must("up");
  assert.deepEqual(await shown(), [new X509Certificate(certificate).serialNumber]);
  assert.deepEqual(nodesOf(await proofs(namespace)), nodes);
  assert.deepEqual((await site.must("up")).changes, []);

  const other = issue();
  await site.set({ certificate: { certificate: chain, privateKey: other.privateKey } });
  const { code, stdout, stderr } = await site.stack.preview();
  assert.notEqual(code, 0);
  assert.match(`${stdout}${stderr}`, /certificate\.certificate: its key is another certificate's/);
});
