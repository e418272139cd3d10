/**
 * A gateway whose certificate lies in a Secret that others renew: the kubelet changes all files of its volume at once, by
 * a link. Needs caddy on PATH and openssl; `node local/test/run.ts e2e gateway`.
 */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { TLSSocket } from "node:tls";
import { run } from "../../local/machine/run.ts";
import { eventually } from "../../local/test/support/cli.ts";
import { gatewayConfig } from "../../render/gateway.ts";
import { askGateway, gatewayProcess } from "../../render/processes.ts";
import { Chains } from "../support/chains.ts";
import { freePort, Program } from "../support/program.ts";

const host = "registry.example.com";
const chains = new Chains();
let directory: string;
let folder: string;
let port: number;
let metrics: number;
let gateway: Program;
let versions = 0;

/** Puts a pair in the place of the one before, as the kubelet does. */
async function issued({
  certificate,
  privateKey,
}: {
  readonly certificate: string;
  readonly privateKey: string;
}) {
  const version = `..${++versions}`;
  await mkdir(join(directory, version));
  await writeFile(join(directory, version, "tls.crt"), certificate + chains.intermediate);
  await writeFile(join(directory, version, "tls.key"), privateKey);
  await symlink(version, join(directory, "..data.new"));
  await rename(join(directory, "..data.new"), join(directory, "..data"));
}

/** How many were dropped that greeted the gateway in the very moment of a change. */
let dropped = 0;

/** What it shows, asked once more where it dropped the question, as clients do. */
const shown = () =>
  shownOnce().catch((error) => {
    assert.equal(error.code, "ECONNRESET", `${error}`);
    dropped++;
    return shownOnce();
  });

/** The serial number of what it shows to a client that knows the root and the name alone. */
async function shownOnce(): Promise<string> {
  const response = await asked(port, "/v2/");
  response.resume();
  assert.equal(response.statusCode, 401);
  const { socket } = response;
  return socket instanceof TLSSocket ? socket.getPeerCertificate().serialNumber : "";
}

function asked(port: number, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, servername: host, ca: chains.root };
    request({ ...options, agent: false }, resolve)
      .on("error", reject)
      .end();
  });
}

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "edge-registry-secret-"));
  folder = await mkdtemp(join(tmpdir(), "edge-registry-gateway-"));
  [port, metrics] = [await freePort(), await freePort()];
  for (const name of ["tls.crt", "tls.key"]) await symlink(join("..data", name), join(directory, name));
  await issued(chains.issue());
  const files = { certificateFile: join(directory, "tls.crt"), keyFile: join(directory, "tls.key") };
  const config = join(folder, "caddy.json");
  const text = gatewayConfig({
    listen: port,
    upstream: "127.0.0.1:1",
    accounts: [],
    uploadsAtOnce: 1,
    certificate: files,
    folder,
    shutdownDelaySeconds: 0,
    metrics: { listen: metrics, registry: "127.0.0.1:1", expires: { file: join(folder, "ends") } },
  });
  await writeFile(config, text.replaceAll(/":(\d+)"/g, '"127.0.0.1:$1"'));
  const { command, env } = gatewayProcess({ config, folder, more: Object.values(files) }, "192Mi");
  gateway = new Program({ command, env: { ...env, HOME: folder }, port });
  await gateway.start();
});

after(async () => {
  await gateway?.kill();
  for (const made of [directory, folder]) await rm(made, { recursive: true, force: true });
  chains.remove();
});

test("a renewed certificate is shown within seconds, by the same process, and no request fails meanwhile", async (t) => {
  for (let round = 0; round < 3; round++) {
    const old = await shown();
    await issued(chains.issue());
    const since = performance.now();
    // While one server takes over from the other, either may answer.
    for (let inRow = 0; inRow < 20; inRow = (await shown()) === old ? 0 : inRow + 1)
      assert.ok(performance.now() - since < 15_000, "it still shows the old one");
    t.diagnostic(`shown after ${((performance.now() - since) / 1000).toFixed(1)} s`);
  }
  assert.ok(gateway.runs);
  assert.ok(dropped <= 3, "more than one at each of three changes");
});

test("a pair that does not match is refused, what was shown stays, and the next good one is taken", async () => {
  const old = await shown();
  const [{ certificate }, { privateKey }] = [chains.issue(), chains.issue()];
  await issued({ certificate, privateKey });
  const [program = "", ...args] = askGateway(folder);
  await eventually("the gateway to refuse it", 15, async () =>
    /^refused .*tls\.crt$/m.test(await run(program, args)) ? true : undefined,
  );
  assert.equal(await shown(), old);
  assert.ok(gateway.runs);
  await issued(chains.issue());
  await eventually("the next one", 15, async () => ((await shown()) === old ? undefined : true));
});

test("when the certificate that is shown ends is told to those who measure, of each new one too", async () => {
  for (const days of ["20", "10000"]) {
    const old = await shown();
    const pair = chains.issue({ validity: ["-days", days] });
    await issued(pair);
    await eventually("it to be shown", 15, async () => ((await shown()) === old ? undefined : true));
    const ends = new X509Certificate(pair.certificate).validToDate.getTime() / 1000;
    await eventually("its end to be told", 5, async () => {
      const told = await textOf(await asked(metrics, "/metrics/certificate"));
      if (told.endsWith(`\nedge_registry_certificate_expires_seconds ${ends}\n`)) return true;
      throw new Error(told);
    });
  }
});
