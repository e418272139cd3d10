/**
 * What docs/operations.md promises for what was forgotten or has expired, by the commands that stand there. That a lost
 * state is no loss of images is in registry.test.ts. Against the cluster in $KUBECONFIG; `node local/test/run.ts e2e
 * recovery` makes one.
 */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect } from "node:tls";
import { run } from "../../local/machine/run.ts";
import { eventually } from "../../local/test/support/cli.ts";
import type { Run } from "../../local/test/support/engine.ts";
import { documented, pulumiWords } from "../support/documented.ts";
import { accountOf, kubectl, nodeAddresses, type Person, Site } from "../support/site.ts";

const namespace = "recovery-e2e";
const port = 5087;
let site: Site;
let person: Person;
let address: string;
/** What an `up` takes here. */
let upSeconds: number;

before(async () => {
  address = (await nodeAddresses())["node-1"] ?? "";
  await kubectl("create", "namespace", "recovery-apps");
  const settings = {
    cluster: { context: (await kubectl("config", "current-context")).trim() },
    nodeAddress: address,
    namespace,
    port: `${port}`,
    storage: { reachAt: `${address}:5088` },
    pullSecret: { namespaces: ["recovery-apps"] },
    keepImages: "false",
  };
  site = await Site.create("recovery", settings, { PULUMI_SKIP_CONFIRMATIONS: "true" });
  upSeconds = (await site.must("up")).seconds;
  person = await site.person(address);
  await person.crane.pushEmpty("regUser", "old:1");
});

after(async () => {
  await site.end();
  await kubectl("delete", "namespace", "recovery-apps", "--ignore-not-found", "--wait=false");
});

/** Runs the commands below a heading as somebody at this site would; what the last of them printed. */
async function followed(heading: string): Promise<string> {
  let said = "";
  for (const line of await documented(heading)) said = await output(line);
  return said;
}

async function output(line: string): Promise<string> {
  if (!line.startsWith("pulumi ")) {
    const here = line
      .replace("-n edge-registry ", `-n ${namespace} `)
      .replace("-n default ", "-n recovery-apps ");
    return run("sh", ["-euc", here]);
  }
  const { code, stdout, stderr } = await site.stack.command(...pulumiWords(line));
  assert.equal(code, 0, `${line}\n${stdout}${stderr}`);
  return stdout;
}

/** Everybody can push and pull, each node among them; what was there before is there. */
async function allWorks(): Promise<void> {
  person = await site.person(address);
  await person.crane.pushEmpty("regUser", "new:1");
  await person.crane.run("regPuller", "validate", "--remote", person.crane.image("old:1"));
}

test("forgotten passwords are told by the state, and by the cluster where the state is lost", async () => {
  const [fromState = "", fromPullSecret = ""] = await Promise.all(
    (await documented("A password is forgotten")).map(output),
  );
  for (const { password } of person.accounts) assert.ok(fromState.includes(password));
  assert.ok(fromPullSecret.includes(`"password":"${accountOf(person, "regPuller").password}"`));
});

test("a new password takes the place of a generated one, and the old one ends", async () => {
  const old = accountOf(person, "regUser");
  await followed("A new password");
  assert.equal((await person.https.send("GET", "/v2/", { account: old })).status, 401);
  await allWorks();
  assert.notEqual(accountOf(person, "regUser").password, old.password);
});

/** The certificate that the registry shows. */
const shown = () =>
  new Promise<X509Certificate>((resolve, reject) => {
    const socket = connect({ host: address, port, rejectUnauthorized: false }, () => {
      resolve(new X509Certificate(socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0)));
      socket.destroy();
    }).on("error", reject);
  });

const ask = (clock: string) =>
  run("faketime", [
    ...["-f", clock, "curl", "--silent", "--show-error", "--cacert", person.authority],
    ...["--write-out", "%{http_code}", "--output", "/dev/null", `${person.outputs.url}/v2/`],
  ]);

test("a server's certificate that has expired is refused by clients, and renewed by a plain up", async () => {
  assert.equal(await ask("+820d"), "401");
  await assert.rejects(ask("+830d"), /SSL certificate problem: certificate has expired/);
  const before = await shown();
  // The program by a clock of then. Providers see the time as it is, so they issue from now, and check by that.
  const wrapped = async (name: string, wrapper: string) => {
    const found = (await run("sh", ["-c", `command -v ${name}`])).trim();
    const script = join(site.stack.directory, name);
    await writeFile(script, `#!/bin/sh\nexec ${wrapper} ${found} "$@"\n`);
    await chmod(script, 0o755);
  };
  await wrapped("pulumi", "faketime --exclude-monotonic -f +830d");
  await wrapped("pulumi-resource-pulumi-nodejs", "env -u LD_PRELOAD");
  const env = { PATH: `${site.stack.directory}:${process.env.PATH}` };
  const renewal = await site.stack.up({ env });
  assert.equal(renewal.code, 0, renewal.stdout + renewal.stderr);
  assert.deepEqual(certificatesIn(renewal), ["server-certificate"]);
  assert.notEqual((await shown()).serialNumber, before.serialNumber);
  assert.equal((await site.stack.outputs()).caCertificate, person.outputs.caCertificate);
  assert.deepEqual(certificatesIn(await site.stack.preview({ env })), []);
  await site.must("up"); // the clock is right again
  await allWorks();
});

const certificatesIn = ({ changes }: Run) =>
  changes.flatMap((change) => /^replace LocallySignedCert (.*)/.exec(change)?.[1] ?? []);

test("an authority that has expired is told of before, refused by clients and nodes, and followed by another", async () => {
  // For as long as an up with it takes, which is less than the first one took, and a pull.
  const { authority, ends } = await shortAuthority(Math.ceil(upSeconds) + 20);
  await site.set({ certificate: { authority } });
  const warned = await site.must("up");
  assert.match(
    warned.stdout,
    /the certificate authority ends on .*, before the certificates that it issued are renewed/,
  );
  person = await site.person(address);
  assert.equal(Date.parse(`${person.outputs.certificateExpires}`), ends);
  await person.crane.run("regPuller", "digest", person.crane.image("old:1"));
  await eventually("the authority to expire", 120, async () => (Date.now() > ends + 1000 ? true : undefined));

  const expired = /x509: certificate has expired or is not yet valid: current time .* is after/;
  await assert.rejects(person.crane.run("regPuller", "digest", person.crane.image("old:1")), expired);
  const image = person.crane.image("old:1");
  await kubectl("-n", "recovery-apps", "run", "late", "--image", image, "--restart=Never");
  await eventually("the kubelet to be told", 30, async () => {
    const events = await kubectl(
      "-n",
      "recovery-apps",
      "get",
      "events",
      "-o",
      "jsonpath={.items[*].message}",
    );
    if (expired.test(events)) return true;
    throw new Error(events);
  });
  await kubectl("-n", "recovery-apps", "delete", "pod", "late", "--wait=false");

  const refused = await site.stack.up();
  assert.notEqual(refused.code, 0);
  assert.match(refused.stdout, /certificate\.authority\.certificate: .*it expired on/);
  await site.stack.command("config", "rm", "edge-registry:certificate");
  await followed("A new authority, also for one that has expired");
  await allWorks();
  await site.must("up"); // takes the expired one away
  assert.deepEqual((await site.must("preview")).changes, []);
});

/** An authority that was made long ago and ends soon. */
async function shortAuthority(seconds: number) {
  const [key, certificate] = ["authority.key", "authority.crt"].map((name) => join(person.directory, name));
  const days = 10;
  await run("faketime", [
    ...["-f", `-${days * 24 * 60 * 60 - seconds}`, "openssl", "req", "-x509", "-days", `${days}`, "-noenc"],
    ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=short-lived"],
    ...["-keyout", `${key}`, "-out", `${certificate}`],
  ]);
  const authority = {
    certificate: await readFile(`${certificate}`, "utf8"),
    privateKey: await readFile(`${key}`, "utf8"),
  };
  return { authority, ends: Date.parse(new X509Certificate(authority.certificate).validTo) };
}
