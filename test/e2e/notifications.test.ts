/**
 * Who is told of what happens: a registry, and somebody to tell who is away first, and then refuses. Needs what
 * gateway.test.ts needs, and runs alone as that does.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { createServer, type Server } from "node:https";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { eventually } from "../../local/test/support/cli.ts";
import { HttpsClient } from "../support/https.ts";
import { putManifest } from "../support/manifests.ts";
import { freePort } from "../support/program.ts";
import { RegistryPod } from "../support/registry-pod.ts";

interface Envelope {
  readonly events: readonly {
    readonly id: string;
    readonly action: string;
    readonly target: { readonly repository: string; readonly tag?: string; readonly digest: string };
  }[];
}

let pod: RegistryPod;
let client: HttpsClient;
let server: Server;
/** How many requests are still to be refused. */
let refusals = 2;
const heard: { readonly headers: IncomingHttpHeaders; readonly events: Envelope["events"] }[] = [];
const port = await freePort();

before(async () => {
  const told = {
    name: "ci",
    url: `https://127.0.0.1:${port}/pushed`,
    headers: { Authorization: 'Bearer "{t0ken}"' },
    events: ["push", "delete"] as const,
    timeoutSeconds: 2,
    threshold: 2,
    backoffSeconds: 1,
  };
  pod = await RegistryPod.start(undefined, { notifications: [told] });
  client = new HttpsClient(pod.ports.gateway, pod.authority);
});
after(async () => {
  server?.closeAllConnections();
  server?.close();
  await pod?.stop();
});

async function listen(): Promise<void> {
  const [cert, key] = ["server.crt", "server.key"].map((file) => readFileSync(join(pod.directory, file)));
  server = createServer({ cert, key }, (request, response) => {
    void json(request).then((body) => {
      if (refusals > 0) response.statusCode = 503;
      else heard.push({ headers: request.headers, events: (body as Envelope).events });
      refusals -= 1;
      response.end();
    });
  }).listen(port, "127.0.0.1");
  await once(server, "listening");
}

const told = () => heard.flatMap(({ events }) => events);

test("what happens while nobody listens is told later, signed in, also after refusals", async () => {
  const account = pod.account("push");
  const { descriptor } = await putManifest(client, account, "team/told", "1");
  const path = `/v2/team/told/manifests/${descriptor.digest}`;
  const headers = { accept: descriptor.mediaType };
  assert.equal((await client.send("GET", path, { account: pod.account("pull"), headers })).status, 200);
  assert.equal((await client.send("DELETE", path, { account })).status, 202);
  await listen();
  const deleted = ({ action, target }: Envelope["events"][number]) =>
    action === "delete" && target.digest === descriptor.digest;
  await eventually("the delete to be told", 30, async () => told().find(deleted));
  const pushed = told().find(
    ({ action, target }) => action === "push" && target.digest === descriptor.digest,
  );
  assert.partialDeepStrictEqual(pushed?.target, { repository: "team/told", tag: "1" });
  assert.deepEqual(new Set(told().map(({ action }) => action)), new Set(["push", "delete"]), "no pull");
  for (const { headers } of heard) assert.equal(headers.authorization, 'Bearer "{t0ken}"');
  assert.ok(refusals < 0);
  assert.equal(new Set(told().map(({ id }) => id)).size, told().length, "each once");
});

test("no header is in the registry's log", () => {
  assert.doesNotMatch(pod.registry.output, /t0ken/);
});
