import * as pulumi from "@pulumi/pulumi";
import type { Accounts } from "../components/accounts.ts";
import type { KeptImages } from "../components/kept-images.ts";
import type { NodeTrust } from "../components/node-trust.ts";
import type { PullSecrets } from "../components/pull-secrets.ts";
import { clientSetup } from "../render/client-setup.ts";
import type { Certificates } from "./parts/certificates.ts";
import type { Ground } from "./parts/ground.ts";
import { shownOutside } from "./trusting.ts";

/** What a stack tells. The README's table lists the same names. */
export interface Outputs {
  /** What people and CI push to and pull from. */
  readonly url: pulumi.Output<string>;
  /** The same from pods of the cluster. */
  readonly internalUrl: pulumi.Output<string>;
  /** `host:port`, as images carry it. */
  readonly host: pulumi.Output<string>;
  /** Where that leads: what a DNS record of it has to hold. */
  readonly address: pulumi.Output<string>;
  /** The authority, for clients that do not know it. */
  readonly caCertificate: pulumi.Output<string>;
  /** With passwords; secret. */
  readonly accounts: Accounts["credentials"];
  readonly loginCommand: pulumi.Output<string>;
  /** How docker, podman and a CI job come to trust and log in. */
  readonly clientSetup: pulumi.Output<ReturnType<typeof clientSetup>["clientSetup"]>;
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
  readonly ground: Ground;
  readonly caCertificate: pulumi.Output<string>;
  readonly certificate: Pick<Certificates, "expires" | "renewsFrom">;
  readonly accounts: Accounts;
  readonly pullSecrets: PullSecrets | undefined;
  readonly bucket: pulumi.Output<string>;
  readonly kept: KeptImages;
  readonly trust: NodeTrust | undefined;
}

/** The outputs, the registry's name before its address where it has one. */
export function outputsOf(told: Told): Outputs {
  const { settings, found, servers, exposure, address } = told.ground;
  const { accounts } = settings;
  const host = pulumi.output(servers.at(-1) ?? "");
  const user = accounts.find(({ role }) => role === "push") ?? accounts[0];
  const setup = host.apply((name) =>
    clientSetup(name, user?.name ?? "", { isPublic: shownOutside(found)?.isPublic ?? false }),
  );
  return {
    url: pulumi.interpolate`https://${host}`,
    internalUrl: settings.certificate.brought ? pulumi.interpolate`https://${host}` : exposure.internalUrl,
    host,
    address: pulumi.output(address ?? elsewhere[settings.expose.kind]),
    caCertificate: told.caCertificate,
    accounts: told.accounts.credentials,
    loginCommand: setup.loginCommand,
    clientSetup: setup.clientSetup,
    pullSecrets: told.pullSecrets?.secrets ?? [],
    certificateExpires: told.certificate.expires.apply((own) => earliest(own, found.ingress?.chain?.expires)),
    certificateRenewsFrom: told.certificate.renewsFrom,
    bucket: told.bucket,
    kept: told.kept.kept,
    nodes: told.trust?.statusCommand ?? pulumi.output("node trust is off"),
  };
}

/** The one that ends first, where an ingress controller shows another. */
const earliest = (own: string, other: string | undefined) =>
  other !== undefined && Date.parse(other) < Date.parse(own) ? other : own;

/** What stands in place of an address that only others know. */
const elsewhere = {
  hostPort: "",
  nodePort: "any node's",
  loadBalancer: "",
  ingress: "the ingress controller's",
};
