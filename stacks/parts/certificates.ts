import * as pulumi from "@pulumi/pulumi";
import {
  CertificateAuthority,
  type CertificateAuthorityArgs,
} from "../../components/certificate-authority.ts";
import { ServerCertificate } from "../../components/server-certificate.ts";
import { registryNames } from "../names.ts";
import type { Settings } from "../settings.ts";
import type { Ground } from "./ground.ts";

/** Whom clients trust, and what they are shown. */
export interface Certificates {
  readonly certificate: ServerCertificate;
  /** Who issued it. */
  readonly authority: pulumi.Output<string>;
  /** What nodes and people trust. */
  readonly caCertificate: pulumi.Output<string>;
}

/** The authority, and the registry's certificate. */
export function certificates({ settings, stack, now, names, found }: Ground): Certificates {
  const authority = new CertificateAuthority("authority", authorityOf(settings, stack, found.servedBy));
  const called = pulumi.output([...names]).apply((all) => registryNames(settings, all));
  const certificate = new ServerCertificate("server-certificate", {
    ...settings.certificate,
    dnsNames: called.dnsNames,
    ipAddresses: called.ipAddresses,
    issuer: authority.issuer,
    commonName: names.at(-1) ?? stack,
    now,
  });
  return { certificate, authority: authority.issuer.certificate, caCertificate: authority.bundle };
}

/** Named after the stack: an address or a name that changes is no reason for another authority. */
const authorityOf = (
  { certificate }: Settings,
  stack: string,
  before: readonly string[],
): CertificateAuthorityArgs =>
  certificate.authority
    ? { kind: "brought", ...certificate.authority, before }
    : {
        kind: "own",
        before,
        commonName: stack,
        issues: certificate.generation,
        trusted: certificate.trusts,
      };
