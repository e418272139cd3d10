import * as pulumi from "@pulumi/pulumi";
import {
  CertificateAuthority,
  type CertificateAuthorityArgs,
} from "../../components/certificate-authority.ts";
import type { ServedCertificate } from "../../components/registry.ts";
import { ServerCertificate } from "../../components/server-certificate.ts";
import { registryNames } from "../names.ts";
import type { Settings } from "../settings.ts";
import { broughtCertificate } from "./brought-certificate.ts";
import type { Ground } from "./ground.ts";

/** Whom clients trust, and what they are shown. */
export interface Certificates {
  readonly served: ServedCertificate;
  /** Who issued it. */
  readonly authority: pulumi.Output<string>;
  /** What nodes trust: that, and who issued what was shown before. */
  readonly bundle: pulumi.Output<string>;
  /** What people need: the same, but nothing where all the world knows who issued it. */
  readonly caCertificate: pulumi.Output<string>;
  readonly expires: pulumi.Output<string>;
  readonly renewsFrom: pulumi.Output<string>;
  /** With another one there is something new to prove. */
  readonly mark: pulumi.Output<string>;
  readonly made: readonly pulumi.Resource[];
}

/** The registry's certificate: brought, or issued by an authority of the stack's. */
export function certificates(ground: Ground): Certificates {
  const { settings, stack, now, names, found } = ground;
  const { brought } = settings.certificate;
  if (brought !== undefined) return broughtCertificate(brought, ground);
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
  const { certificate: pem, privateKey, expires, renewsFrom } = certificate;
  return {
    served: { certificate: pem, privateKey },
    authority: authority.issuer.certificate,
    bundle: authority.bundle,
    caCertificate: authority.bundle,
    ...{ expires, renewsFrom, mark: pem },
    made: [certificate],
  };
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
