import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { bcryptOf, cheapOf } from "../render/bcrypt.ts";
import { htpasswdLines } from "../render/htpasswd.ts";
import { labelsOf } from "../render/names.ts";

export type Role = "push" | "pull";

/** An account as the settings name it. */
export interface Account {
  readonly name: string;
  readonly role: Role;
  /** @default a generated one of 32 characters */
  readonly password?: string | undefined;
}

/** An account as a client uses it. */
export interface Credential {
  readonly name: string;
  readonly role: Role;
  readonly password: string;
}

/** An account as the gateway checks it. */
export interface Entry {
  readonly name: string;
  readonly role: Role;
  /** bcrypt */
  readonly hash: string;
}

/** Which Accounts there are. */
export interface AccountsArgs {
  readonly namespace: pulumi.Input<string>;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly accounts: readonly Account[];
}

/** Who may push and pull: generated or given passwords, and the standard htpasswd Secret with their hashes. */
export class Accounts extends pulumi.ComponentResource {
  /** With passwords; secret. */
  readonly credentials: pulumi.Output<readonly Credential[]>;
  /** With hashes; secret. */
  readonly entries: pulumi.Output<readonly Entry[]>;
  /** The same as the gateway checks them: generated passwords by hashes that cost it little; secret. */
  readonly checked: pulumi.Output<readonly Entry[]>;
  readonly #made: readonly ReturnType<typeof credentialOf>[];

  constructor(name: string, args: AccountsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:Accounts", name, {}, opts);
    const made = args.accounts.map((account) => credentialOf(this, name, account));
    this.#made = made;
    this.credentials = pulumi.secret(pulumi.all(made.map(({ credential }) => credential)));
    this.entries = pulumi.secret(pulumi.all(made.map(({ entry }) => entry)));
    this.checked = pulumi.secret(pulumi.all(made.map(({ checked }) => checked)));
    new k8s.core.v1.Secret(
      name,
      {
        metadata: {
          name: "registry-htpasswd",
          namespace: args.namespace,
          labels: labelsOf("accounts", args.stack),
        },
        stringData: { htpasswd: this.entries.apply(htpasswdLines) },
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.registerOutputs({
      credentials: this.credentials,
      entries: this.entries,
      checked: this.checked,
    });
  }

  /** The first account of a role, for the parts of the stack that need one; others may come and go beside it. */
  first(role: Role): pulumi.Output<Credential & Entry> {
    const found = this.#made.find((one) => one.role === role);
    if (found === undefined) throw new Error(`accounts: expected one with role ${role}`);
    const both = pulumi.all([found.credential, found.entry]);
    return pulumi.secret(both.apply(([credential, entry]) => ({ ...credential, ...entry })));
  }
}

/** Made so that neither password nor hash changes from one run to the next. */
function credentialOf(parent: pulumi.Resource, prefix: string, { name, role, password }: Account) {
  if (password === undefined) {
    const generated = new random.RandomPassword(
      `${prefix}-${name}`,
      { length: 32, special: false },
      { parent },
    );
    return {
      role,
      credential: generated.result.apply((result) => ({ name, role, password: result })),
      entry: generated.bcryptHash.apply((hash) => ({ name, role, hash })),
      checked: pulumi
        .all([generated.result, generated.bcryptHash])
        .apply(([result, hash]) => ({ name, role, hash: cheapOf(result, hash) })),
    };
  }
  const salt = new random.RandomBytes(`${prefix}-${name}-salt`, { length: 16 }, { parent });
  const entry = salt.base64.apply((text) => ({
    name,
    role,
    hash: bcryptOf(password, Buffer.from(text, "base64")),
  }));
  return { role, credential: pulumi.output({ name, role, password }), entry, checked: entry };
}
