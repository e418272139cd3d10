import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";

/** Any properties, as a provider is given them. */
export type Bag = Readonly<Record<string, unknown>>;

/** A resource as the program asked the engine for it. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  /** With secrets in clear. */
  readonly inputs: Bag;
  /** What is stored in clear: in place of each secret is `[secret]`. */
  readonly told: Bag;
  readonly retainOnDelete: boolean;
  readonly deleteBeforeReplace: boolean;
  /** The inputs that cannot be changed in place, beside those that the provider knows of. */
  readonly replaceOnChanges: readonly string[];
  /** What is taken over, by its id; empty for nothing. */
  readonly imports: string;
  readonly replacementTrigger: unknown;
  /** The names of the resources it waits for. */
  readonly dependsOn: readonly string[];
  /** The outputs that the engine keeps as secrets, whatever the inputs are. */
  readonly secretOutputs: readonly string[];
}

/** What a program registered. */
export class Recorded {
  readonly all: readonly Registration[];
  /** The outputs of components and of the stack as they are stored: in place of each secret is `[secret]`. */
  readonly outputs: readonly Bag[];

  constructor(all: readonly Registration[], outputs: readonly Bag[]) {
    this.all = all;
    this.outputs = outputs;
  }

  /** `type name` of each, sorted. */
  get list(): readonly string[] {
    return this.all.map(identityOf).sort();
  }

  /** All of a type. */
  of(type: string): readonly Registration[] {
    return this.all.filter((one) => identityOf(one).startsWith(`${type} `));
  }

  /** The one with this `type name`. */
  one(identity: string): Registration {
    const found = this.all.find((one) => identityOf(one) === identity);
    if (found === undefined) throw new Error(`expected ${identity}, got:\n${this.list.join("\n")}`);
    return found;
  }
}

/** `kubernetes:core/v1:Secret` is told as Secret, `pulumi-nodejs:dynamic/edge-registry:rollout` as rollout. */
export function identityOf({ type, name }: Pick<Registration, "type" | "name">): string {
  const [provider = "", , last = ""] = type.split(":");
  const plain = ["kubernetes", "edge-registry", "pulumi-nodejs"].includes(provider);
  return `${plain ? last : `${provider}:${last}`} ${name}`;
}

/** What a request says, its options among it. */
export function registrationOf(request: RegisterResourceRequest): Registration {
  const inputs = request.getObject()?.toJavaScript() ?? {};
  return {
    type: request.getType(),
    name: request.getName(),
    inputs: unsealed(inputs),
    told: blackened(inputs),
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplace(),
    replaceOnChanges: request.getReplaceonchangesList(),
    imports: request.getImportid(),
    replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
    dependsOn: request
      .getDependenciesList()
      .map((urn) => urn.split("::").at(-1) ?? urn)
      .sort(),
    secretOutputs: request.getAdditionalsecretoutputsList(),
  };
}

/** The key by which the engine's protocol marks a value as a secret. */
const signature = "4dabf18193072939515e22adb298388d";

const unsealed = (value: Bag) => withSecrets(value, (secret) => secret);

/** What is stored in clear. */
export const blackened = (value: Bag) => withSecrets(value, () => "[secret]");

const withSecrets = (value: Bag, told: (secret: unknown) => unknown): Bag =>
  JSON.parse(
    JSON.stringify(value, (_key, part) => (part?.[signature] === undefined ? part : told(part.value))),
  );
