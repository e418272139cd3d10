import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { run } from "../../local/machine/run.ts";
import { checkout } from "../support/site.ts";

/** What a program prints that Node starts as Pulumi.yaml says. */
const started = async (program: string, env: NodeJS.ProcessEnv = {}) => {
  const options = { cwd: checkout, env: { ...process.env, ...env } };
  return JSON.parse(await run(process.execPath, ["--import=./stacks/start.js", "-e", program], options));
};

/** Whether a module has been loaded by then. */
const loaded = (end: string) => `Object.keys(require.cache).some((path) => path.endsWith("${end}"))`;

test("the SDK is loaded without what nothing here uses", async () => {
  const program = `
    require("source-map-support/register");
    require("@pulumi/pulumi/cmd/run/tracing").newSpan("step").end();
    const pulumi = require("@pulumi/pulumi");
    const { isInitializedAsync } = require("@pulumi/pulumi/runtime/closure/v8Hooks");
    const inspector = () => process.moduleLoadList.includes("NativeModule inspector");
    isInitializedAsync().then(() => console.log(JSON.stringify([
      typeof pulumi.Config, ${loaded("/typescript/lib/typescript.js")}, ${loaded("/source-map-support.js")}, inspector(),
      Object.keys(require.cache).some((path) => path.includes("/@opentelemetry/exporter-zipkin/")),
      Object.keys(require.cache).some((path) => path.includes("/execa/")),
    ])));`;
  assert.deepEqual(await started(program), ["function", false, false, false, false, false]);
});

test("what waits is whole once it is used: charts, kinds of objects, tracing, a way to run the engine", async () => {
  const program = `
    const { automation } = require("@pulumi/pulumi");
    const k8s = require("@pulumi/kubernetes");
    const tracing = require("@pulumi/pulumi/cmd/run/tracing");
    console.log(JSON.stringify([
      Object.keys(k8s.policy), "v1" in k8s.apps,
      typeof k8s.core.v1.Secret, typeof k8s.helm.v3.Chart, typeof tracing.start, k8s.core === k8s.core,
      typeof automation.LocalWorkspace.createStack,
    ]));`;
  assert.deepEqual(await started(program), [
    ["v1", "v1beta1"],
    true,
    "function",
    "function",
    "function",
    true,
    "function",
  ]);
});

test("tracing is the SDK's own once it is asked for", async () => {
  const program = `
    const tracing = require("@pulumi/pulumi/cmd/run/tracing");
    tracing.start("http://127.0.0.1:1/api/v2/spans");
    const span = tracing.newSpan("step");
    console.log(JSON.stringify([span.isRecording(), ${loaded("/cmd/run/tracing.js")}]));
    process.exit();`;
  assert.deepEqual(await started(program), [true, true]);
});

test("debug messages of the SDK go nowhere, unless they are asked for", async () => {
  const program = `
    const { debug } = require("@pulumi/pulumi/log");
    console.log(JSON.stringify(String(debug).includes("getEngine")));`;
  assert.equal(await started(program), false);
  assert.equal(await started(program, { NODE_DEBUG: "pulumi" }), true);
});

test("by what a promise was made is noted only for who looks for one that does not end", async () => {
  const program = `
    const { debuggablePromise, promiseDebugString } = require("@pulumi/pulumi/runtime/debuggable");
    const promise = Promise.resolve();
    debuggablePromise(promise, "a step");
    console.log(JSON.stringify(/\\n +at /.test(promiseDebugString(promise))));`;
  assert.equal(await started(program), false);
  assert.equal(await started(program, { PULUMI_DEBUG_PROMISE_LEAKS: "true" }), true);
});

test("all that is left out is where it is looked for, so that a newer SDK is noticed", () => {
  const sdk = "node_modules/@pulumi/pulumi";
  const files = ["serializeClosure", "codePaths", "v8Hooks"].map(
    (name) => `${sdk}/runtime/closure/${name}.js`,
  );
  const others = ["cmd/run/tracing", "automation/index"].map((name) => `${sdk}/${name}.js`);
  for (const file of [...files, ...others, "node_modules/source-map-support/register.js"])
    assert.ok(existsSync(`${checkout}/${file}`), file);
});
