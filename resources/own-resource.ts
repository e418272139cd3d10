import * as pulumi from "@pulumi/pulumi";

/** What the engine calls for a resource of our own: a `provider` that a file of this folder exports. */
export interface Provider<Inputs extends object, State extends Inputs = Inputs> {
  /** Refuses inputs, each with a reason; throws nothing. */
  check?(olds: Partial<Inputs>, news: Inputs): Promise<readonly pulumi.dynamic.CheckFailure[]>;
  /** Which changed inputs lead to an update or a replacement; by default any input leads to an update. */
  diff?(olds: State, news: Inputs): Promise<pulumi.dynamic.DiffResult>;
  create(inputs: Inputs): Promise<{ readonly id: string; readonly outs: State }>;
  /** By default the same as create. */
  update?(id: string, olds: State, news: Inputs): Promise<State>;
  delete?(id: string, state: State): Promise<void>;
  /** Asked by a refresh, which takes the state for true where this does not fail. */
  refresh?(state: State): Promise<void>;
}

/** Inputs as a program has them: some are known only later. */
export type Given<Inputs> = { readonly [name in keyof Inputs]: pulumi.Input<Inputs[name]> };

/**
 * A resource whose create, update and delete are this project's own code. The engine runs them also when the program
 * does not run: `pulumi destroy` starts the provider of dynamic resources with what the state holds. Of a usual dynamic
 * resource the state holds the code itself; here it holds the name of a file, so the code is the checkout's, in the
 * state is nothing that changes from one version to the next, and no closure has to be serialized at each preview.
 */
export class OwnResource extends pulumi.CustomResource {
  constructor(
    /** The file's name in this folder, without its ending; also the resource's type. */
    module: string,
    name: string,
    props: Readonly<Record<string, unknown>>,
    opts: pulumi.CustomResourceOptions,
  ) {
    const type = `pulumi-nodejs:dynamic/edge-registry:${module}`;
    super(type, name, { ...props, __provider: loaderOf(module) }, opts);
  }
}

/** CommonJS that the provider evaluates; the engine starts it in the program's folder. */
const loaderOf = (module: string) =>
  `exports.handler = () => {
  const { join } = require("node:path");
  const { pathToFileURL } = require("node:url");
  const file = (name) => pathToFileURL(join(process.cwd(), "resources", name)).href;
  const load = async () => (await import(file("handler.ts"))).handlerOf(await import(file("${module}.ts")));
  const call = (method) => async (...args) => (await load())[method](...args);
  return Object.fromEntries(["check", "diff", "create", "update", "delete", "read"].map((name) => [name, call(name)]));
};
`;
