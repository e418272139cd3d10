/**
 * A new authority in one `up`, while every node pulls all the time.
 * Against the local cluster in $KUBECONFIG; `node local/test/run.ts e2e rotation` makes one.
 */
import assert from "node:assert/strict";
import { randomInt, X509Certificate } from "node:crypto";
import { after, before, type TestContext, test } from "node:test";
import { connect } from "node:tls";
import { certificatesIn } from "../../render/pem.ts";
import { onNode } from "../support/nodes.ts";
import { Pulls } from "../support/pulls.ts";
import { accountOf, kubectl, nodeAddresses, type Person, Site } from "../support/site.ts";

const port = 5085;
let site: Site;
let person: Person;
let address: string;
let nodes: readonly string[];

before(async () => {
  const addresses = await nodeAddresses();
  nodes = Object.keys(addresses);
  address = addresses["node-1"] ?? "";
  site = await Site.create("rotation", {
    cluster: { context: (await kubectl("config", "current-context")).trim() },
    nodeAddress: address,
    namespace: "rotation-e2e",
    port: `${port}`,
    storage: { reachAt: `${address}:5086` },
    pullSecret: { namespaces: [] },
    keepImages: "false",
  });
  await site.must("up");
  person = await site.person(address);
  await person.crane.pushEmpty("regUser", "pulled:1");
});

after(async () => {
  await site.end();
});

/** The generations that each node trusts, as it would be asked by hand. */
const trusted = async () =>
  Object.fromEntries(
    await Promise.all(
      nodes.map(async (node) => {
        const text = await onNode(node, `cat /etc/containerd/certs.d/${address}:${port}/ca.crt`);
        return [node, certificatesIn(text).map(({ subject }) => /CA (\d+)/.exec(subject)?.[1])] as const;
      }),
    ),
  );

/** Who issued what the registry shows. */
const shown = () =>
  new Promise<string | undefined>((resolve, reject) => {
    const socket = connect({ host: address, port, rejectUnauthorized: false }, () => {
      resolve(/CA (\d+)/.exec(new X509Certificate(socket.getPeerCertificate().raw).issuer)?.[1]);
      socket.destroy();
    });
    socket.on("error", reject);
  });

const each = <T>(value: T) => Object.fromEntries(nodes.map((node) => [node, value]));

/**
 * Does something while every node pulls: no pull may fail for trust. A connection that greets the gateway in the very
 * moment in which it takes new certificates may break off; such a pull has to go well when it is done again at once, and
 * each node may meet that once.
 */
async function whilePulling(t: TestContext, work: () => Promise<unknown>): Promise<void> {
  const puller = accountOf(person, "regPuller");
  const pulls = nodes.map((node) => new Pulls(node, person.crane.image("pulled:1"), puller));
  const worked = await work().then(
    () => undefined,
    (error: Error) => error,
  );
  const pulled = await Promise.all(pulls.map((each) => each.stop()));
  t.diagnostic(
    pulled
      .map(
        ({ node, well, again, failures }) =>
          `${node}: ${well} pulls, ${again} of them done again, ${failures.length} failed`,
      )
      .join("; "),
  );
  if (worked !== undefined) throw worked;
  for (const { node, well, again, failures } of pulled) {
    assert.ok(well > 5, `${node} pulled ${well} times`);
    assert.ok(again <= 1, `${node} had to pull ${again} times again`);
    assert.deepEqual(failures, [], node);
  }
}

test("a killed up that began to rotate leaves all nodes able to pull", async (t) => {
  await site.set({ certificate: { generation: 2 } });
  await whilePulling(t, async () => {
    const kill = { afterMs: randomInt(3000, 12_000), signal: "SIGKILL", group: true } as const;
    const { code } = await site.stack.up({ kill });
    t.diagnostic(`killed after ${(kill.afterMs / 1000).toFixed(1)} s: exit code ${code}`);
    await site.stack.command("cancel", "--yes");
  });
});

test("one up later all nodes trust both, and the registry shows the new one's certificate", async (t) => {
  await whilePulling(t, () => site.must("up"));
  assert.equal(await shown(), "2");
  for (const [node, generations] of Object.entries(await trusted()))
    assert.ok(generations.includes("2"), `${node}: ${generations}`);
});

test("the next up takes the old one away, and the one after has nothing to do", async (t) => {
  await whilePulling(t, () => site.must("up"));
  assert.deepEqual(await trusted(), each(["2"]));
  assert.equal(await shown(), "2");
  assert.deepEqual((await site.must("up")).changes, []);
});

test("undisturbed, each step is where it belongs: both trusted when the new one is shown, then one", async (t) => {
  await site.set({ certificate: { generation: 3 } });
  await whilePulling(t, () => site.must("up"));
  assert.deepEqual([await shown(), await trusted()], ["3", each(["3", "2"])]);
  await whilePulling(t, () => site.must("up"));
  assert.deepEqual([await shown(), await trusted()], ["3", each(["3"])]);
});
