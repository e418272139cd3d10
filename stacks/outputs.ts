import * as pulumi from "@pulumi/pulumi";
import type { Accounts } from "../components/accounts.ts";
import type { KeptImages } from "../components/kept-images.ts";
import type { NodeTrust } from "../components/node-trust.ts";
import type { PullSecrets } from "../components/pull-secrets.ts";
import type { Registry } from "../components/registry.ts";
import type { ServerCertificate } from "../components/server-certificate.ts";
import { clientSetup } from "../render/client-setup.ts";
import type { Settings } from "./settings.ts";

/** What a stack tells. The README's table lists the same names. */
export interface Outputs {
  /** What people and CI push to and pull from. */
  readonly url: string;
  /** The same from pods of the cluster. */
  readonly internalUrl: pulumi.Output<string>;
  /** `host:port`, as images carry it. */
  readonly host: string;
  /** The authority, for clients that do not know it. */
  readonly caCertificate: pulumi.Output<string>;
  /** With passwords; secret. */
  readonly accounts: Accounts["credentials"];
  readonly loginCommand: string;
  /** How docker, podman and a CI job come to trust and log in. */
  readonly clientSetup: Readonly<Record<string, string>>;
  /** As namespace/name. */
  readonly pullSecrets: readonly string[];
  readonly certificateExpires: pulumi.Output<string>;
  readonly certificateRenewsFrom: pulumi.Output<string>;
  readonly bucket: pulumi.Output<string>;
  /** What a destroy leaves. */
  readonly kept: pulumi.Output<readonly string[]>;
  /** What shows whether each node trusts. */
  readonly nodes: pulumi.Output<string>;
}

/** What the outputs are told by. */
export interface Told {
  readonly settings: Settings;
  readonly servers: readonly string[];
  readonly caCertificate: pulumi.Output<string>;
  readonly certificate: ServerCertificate;
  readonly accounts: Accounts;
  readonly registry: Registry;
  readonly pullSecrets: PullSecrets | undefined;
  readonly bucket: pulumi.Output<string>;
  readonly kept: KeptImages;
  readonly trust: NodeTrust | undefined;
}

/** The outputs, the registry's name before its address where it has one. */
export function outputsOf(told: Told): Outputs {
  const host = told.servers.at(-1) ?? "";
  const { accounts } = told.settings;
  const user = accounts.find(({ role }) => role === "push") ?? accounts[0];
  return {
    url: `https://${host}`,
    internalUrl: told.registry.internalUrl,
    host,
    caCertificate: told.caCertificate,
    accounts: told.accounts.credentials,
    ...clientSetup(host, user?.name ?? ""),
    pullSecrets: told.pullSecrets?.secrets ?? [],
    certificateExpires: told.certificate.expires,
    certificateRenewsFrom: told.certificate.renewsFrom,
    bucket: told.bucket,
    kept: told.kept.kept,
    nodes: told.trust?.statusCommand ?? pulumi.output("node trust is off"),
  };
}
