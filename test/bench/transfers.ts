import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { figure, repeated } from "../../local/test/bench/figure.ts";
import { mebibytes } from "../support/blobs.ts";
import { basic } from "../support/https.ts";
import type { RegistryPod } from "../support/registry-pod.ts";
import { wrk } from "./wrk.ts";

const size = 256;

/** Whom to ask, and how. */
interface Side {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca?: Buffer;
}

/** A layer of 256 MiB up and down, through the gateway over TLS and straight from the registry in the clear. */
export async function transferFigures(pod: RegistryPod, signal: AbortSignal): Promise<void> {
  const gateway: Side = {
    origin: `https://127.0.0.1:${pod.ports.gateway}`,
    headers: basic(pod.account("push")),
    ca: readFileSync(pod.authority),
  };
  const registry: Side = { origin: `http://127.0.0.1:${pod.ports.registry}`, headers: {} };
  // Each upload ends in a way of its own: what the registry has already, it does not keep once more.
  const common = createHash("sha256");
  const bytes: Buffer[] = [];
  for await (const each of mebibytes("bench", size - 1)) {
    bytes.push(each);
    common.update(each);
  }
  const digests: string[] = [];
  const up = async (side: Side) => {
    const end = randomBytes(1024 * 1024);
    const digest = `sha256:${common.copy().update(end).digest("hex")}`;
    digests.push(digest);
    return await upload(side, `bench/up${digests.length}`, digest, [...bytes, end]);
  };
  const down = async (side: Side) => {
    const headers = Object.entries(side.headers).map(([name, value]) => `${name}: ${value}`);
    const first = `${side.origin}/v2/bench/up1/blobs/${digests[0]}`;
    const { mebibytesPerSecond } = await wrk(first, 1, 4, headers);
    return mebibytesPerSecond;
  };
  for (const [what, bar, move] of [
    ["upload", "-", up],
    ["download", "≥ 50", down],
  ] as const) {
    const cycles = await repeated(signal, async () => {
      const plain = await move(registry);
      return { plain, secured: await move(gateway) };
    });
    const ratios = cycles.map(({ plain, secured }) => (secured / plain) * 100);
    figure(
      `${what} through the gateway, over TLS`,
      cycles.map(({ secured }) => secured),
      "MiB/s",
      "-",
    );
    figure(
      "  straight from the registry, in the clear",
      cycles.map(({ plain }) => plain),
      "MiB/s",
      "-",
    );
    figure("  gateway : clear", ratios, "%", bar);
  }
}

/** Uploads a blob as clients do; answers with the MiB a second. */
async function upload(
  side: Side,
  repository: string,
  digest: string,
  bytes: readonly Buffer[],
): Promise<number> {
  const since = performance.now();
  const began = await send(side, "POST", `/v2/${repository}/blobs/uploads/`, []);
  const sent = await send(side, "PATCH", began, bytes);
  await send(side, "PUT", `${sent}&digest=${digest}`, []);
  return size / ((performance.now() - since) / 1000);
}

/** Sends a request; answers with the place that the answer names. */
async function send(side: Side, method: string, path: string, body: readonly Buffer[]): Promise<string> {
  const request = side.ca ? httpsRequest : httpRequest;
  const length = body.reduce((all, each) => all + each.length, 0);
  const sent = request(new URL(path, side.origin), {
    ...{ method, agent: false, ca: side.ca },
    headers: { ...side.headers, "content-length": `${length}` },
  });
  const location = new Promise<string>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (response) => {
      response.resume();
      const { statusCode = 0, headers } = response;
      if (statusCode < 300 && headers.location !== undefined) resolve(headers.location);
      else reject(new Error(`${method} ${path}: ${statusCode}`));
    });
  });
  const [where] = await Promise.all([location, pipeline(Readable.from(body), sent)]);
  return where;
}
