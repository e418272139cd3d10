/** The pack, started as `pulumi up --policy-pack policy` starts it, and asked over the engine's own protocol. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";
import analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/analyzer_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { rules } from "../../policy/rules.ts";

const checkout = join(import.meta.dirname, "../..");
/** What the engine sends for a text that it does not know before the `up`. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** What the engine sends for a secret. */
const secret = (value: struct.JavaScriptValue) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

let child: ChildProcess;
let client: InstanceType<typeof analyzer.AnalyzerClient>;

before(async () => {
  const runner = join(checkout, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
  const pack = join(checkout, "policy");
  child = spawn(process.execPath, [runner, "127.0.0.1:1", pack], {
    cwd: pack,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await Promise.race([
    once(child.stdout ?? assert.fail(), "data"),
    once(child, "exit").then(() => assert.fail("the pack ended")),
  ]);
  client = new analyzer.AnalyzerClient(`127.0.0.1:${Number(`${port}`)}`, grpc.credentials.createInsecure());
});

after(async () => {
  client.close();
  child.kill("SIGKILL");
  await once(child, "exit");
});

/** What the pack says of an object, the rule before each sentence. */
async function judged(
  type: string,
  object: Record<string, struct.JavaScriptValue>,
): Promise<readonly string[]> {
  const request = new messages.AnalyzeRequest();
  request.setType(type);
  request.setName("it");
  request.setOptions(new messages.AnalyzerResourceOptions());
  request.setProperties(struct.Struct.fromJavaScript(object));
  const ask = promisify<messages.AnalyzeRequest, messages.AnalyzeResponse>(client.analyze.bind(client));
  const found = (await ask(request)).getDiagnosticsList();
  for (const one of found) assert.equal(one.getEnforcementlevel(), messages.EnforcementLevel.MANDATORY);
  return found.map((one) => `${one.getPolicyname()}: ${one.getMessage()}`);
}

const pod = (image: string) => ({
  spec: {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "main",
        image,
        env: [{ name: "TOKEN_FILE", value: unknown }],
        resources: { requests: { cpu: "10m", memory: "8Mi" }, limits: { memory: "32Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
  },
});

test("the pack has all rules", async () => {
  const ask = promisify<empty.Empty, messages.AnalyzerInfo>(client.getAnalyzerInfo.bind(client));
  const info = await ask(new empty.Empty());
  assert.deepEqual(
    info.getPoliciesList().map((one) => one.getName()),
    rules.map(({ name }) => name),
  );
});

test("it refuses what breaks a rule, and nothing else", async () => {
  const said = await judged("kubernetes:core/v1:Pod", pod("example/app:latest"));
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /^pinned-images: .*\n.*container main: example\/app:latest needs a tag/s);
  assert.deepEqual(await judged("kubernetes:core/v1:Pod", pod("example/app:1")), []);
});

test("it reads a Secret as the kubernetes provider hands it on: encoded, and secret as a whole", async () => {
  const judge = (server: object) => {
    const text = JSON.stringify({ apps: { http: { servers: { gateway: server } } } });
    const data = { "caddy.json": Buffer.from(text).toString("base64") };
    return judged("kubernetes:core/v1:Secret", { data: secret(data) });
  };
  const said = await judge({ listen: [":80"] });
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /^tls: .*\n.*its server gateway listens without TLS/s);
  assert.deepEqual(await judge({ listen: [":443"], tls_connection_policies: [{}] }), []);
});

test("it waits with what a preview does not know", async () => {
  assert.deepEqual(await judged("kubernetes:core/v1:Pod", pod(unknown)), []);
  assert.deepEqual(await judged("kubernetes:core/v1:ConfigMap", { data: unknown }), []);
  assert.deepEqual(await judged("kubernetes:core/v1:Secret", { data: secret(unknown) }), []);
});
