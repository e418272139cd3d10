/**
 * Loading the engine's SDK would be most of what a preview takes. What it loads for programs of other kinds waits until
 * something of it is used, which nothing here does: a compiler and a debugger, to write functions down as text; tracing;
 * a way to run the engine; charts; and kinds of Kubernetes objects by the dozen.
 */
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

/** Stands in for a module of which nothing was used yet. */
const whole = `
  let all;
  const used = () => (all ??= require("node:process").edgeRegistryLate(module, require));
  module.exports = new Proxy({}, {
    get: (_, name) => (name === "__esModule" ? true : used()[name]),
    has: (_, name) => name in used(),
    ownKeys: () => Reflect.ownKeys(used()),
    getOwnPropertyDescriptor: (_, name) => ({ ...Reflect.getOwnPropertyDescriptor(used(), name), configurable: true }),
  });`;

/** The same for one whose functions are copied from it at once. */
const functions = (...names: readonly string[]) => `
  const used = (name) => (...args) => require("node:process").edgeRegistryLate(module, require)[name](...args);
  module.exports = { ${names.map((name) => `${name}: used("${name}")`).join(", ")} };`;

/** The same for tracing, which is asked for steps to record also where nothing is recorded. */
const tracing = `
  let real;
  exports.start = (url) => (real = require("node:process").edgeRegistryLate(module, require)).start(url);
  exports.stop = () => real?.stop();
  exports.newSpan = (name) =>
    real ? real.newSpan(name) : require("@opentelemetry/api").trace.getTracer("none").startSpan(name);`;

const closure = "/@pulumi/pulumi/runtime/closure";

/** What stands in for modules of the SDK, by how their path ends. Where one is not there, nothing is different. */
const standIns: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`${closure}/serializeClosure\\.js$`), functions("serializeFunctionAsync", "serializeFunction")],
  [new RegExp(`${closure}/codePaths\\.js$`), functions("computeCodePaths")],
  // The debugger would be attached for as long as the program runs.
  [new RegExp(`${closure}/v8Hooks\\.js$`), "exports.isInitializedAsync = async () => undefined;"],
  [/[/]@pulumi[/]pulumi[/]cmd[/]run[/]tracing\.js$/, tracing],
  [/[/]@pulumi[/]pulumi[/]automation[/]index\.js$/, whole],
  [/[/]@pulumi[/]kubernetes[/]\w+[/]index\.js$/, whole],
  // For programs that were compiled: types that Node strips leave every line where it was.
  [/[/]source-map-support[/]register\.js$/, ""],
];

const inPlace = new Set<string>();

/** Puts the module in the place of what stands in for it. */
Object.assign(process, {
  edgeRegistryLate({ filename }: NodeJS.Module, require: NodeJS.Require): unknown {
    if (!inPlace.has(filename)) delete require.cache[filename];
    inPlace.add(filename);
    return require(filename);
  },
});

registerHooks({
  load(url, context, next) {
    const source = standIns.find(([pattern]) => pattern.test(url))?.[1];
    if (source === undefined || inPlace.has(fileURLToPath(url))) return next(url, context);
    return { format: "commonjs", source, shortCircuit: true };
  },
});
