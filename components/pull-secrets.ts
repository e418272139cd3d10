import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dockerConfig } from "../render/docker-config.ts";
import { labelsOf } from "../render/names.ts";
import type { Credential } from "./accounts.ts";

/** Where pods find what they pull with. */
export interface PullSecretsArgs {
  /** The Secret's name, the same in each namespace. */
  readonly name: string;
  /** The stack's name in the cluster, for labels. */
  readonly stack: string;
  readonly namespaces: readonly string[];
  /** The service accounts whose pods pull with it without saying so, in each namespace. */
  readonly serviceAccounts: readonly string[];
  /** The registry's names, as images carry them. */
  readonly servers: readonly pulumi.Input<string>[];
  readonly account: pulumi.Input<Credential>;
}

/** A pull secret in each namespace, and on its service accounts. */
export class PullSecrets extends pulumi.ComponentResource {
  /** As namespace/name. */
  readonly secrets: readonly string[];

  constructor(name: string, args: PullSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:PullSecrets", name, {}, opts);
    const config = pulumi
      .all([args.account, args.servers])
      .apply(([account, servers]) =>
        dockerConfig(servers, { username: account.name, password: account.password }),
      );
    const labels = labelsOf("pull-secret", args.stack);
    const own = { parent: this, deleteBeforeReplace: true };
    for (const namespace of args.namespaces) {
      const secret = new k8s.core.v1.Secret(
        `${name}-${namespace}`,
        {
          metadata: { name: args.name, namespace, labels },
          type: "kubernetes.io/dockerconfigjson",
          stringData: { ".dockerconfigjson": config },
        },
        own,
      );
      for (const account of args.serviceAccounts) {
        // The list is taken over whole, and emptied by destroy: preflight has seen that nobody else is on it.
        new k8s.core.v1.ServiceAccountPatch(
          `${name}-${namespace}-${account}`,
          { metadata: { name: account, namespace }, imagePullSecrets: [{ name: secret.metadata.name }] },
          own,
        );
      }
    }
    this.secrets = args.namespaces.map((namespace) => `${namespace}/${args.name}`);
    this.registerOutputs({ secrets: this.secrets });
  }
}
