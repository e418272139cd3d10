import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { renewal } from "../render/renewal.ts";
import type { Issuer } from "./certificate-authority.ts";

/** A certificate with its chain, and its key, as PEM. */
export interface KeyPair {
  readonly certificate: pulumi.Output<string>;
  readonly privateKey: pulumi.Output<string>;
}

/** How a ServerCertificate is issued. */
export interface ServerCertificateArgs {
  readonly issuer: Issuer;
  /** What people see as its subject. */
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** How long it is valid. */
  readonly validityDays: number;
  /** After how many days the next `up` replaces it. */
  readonly renewAfterDays: number;
  /** The machine's clock. */
  readonly now: Date;
}

/** The certificate a server shows, issued here. */
export class ServerCertificate extends pulumi.ComponentResource implements KeyPair {
  readonly certificate: pulumi.Output<string>;
  readonly privateKey: pulumi.Output<string>;
  /** When it ends, as RFC 3339. */
  readonly expires: pulumi.Output<string>;
  /** From when on an `up` renews it, as RFC 3339. */
  readonly renewsFrom: pulumi.Output<string>;

  constructor(name: string, args: ServerCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:ServerCertificate", name, {}, opts);
    const own = { parent: this };
    const clock = args.issuer.certificate.apply((pem) => {
      const from = new Date(new X509Certificate(pem).validFrom);
      return renewal(from, args.renewAfterDays, args.now);
    });
    const key = new tls.PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, own);
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: args.commonName },
        dnsNames: [...args.dnsNames],
        ipAddresses: [...args.ipAddresses],
      },
      own,
    );
    const certificate = new tls.LocallySignedCert(
      name,
      {
        certRequestPem: request.certRequestPem,
        caCertPem: args.issuer.certificate,
        caPrivateKeyPem: args.issuer.privateKey,
        validityPeriodHours: args.validityDays * 24,
        allowedUses: ["digital_signature", "key_agreement", "server_auth"],
        setSubjectKeyId: true,
      },
      { ...own, replacementTrigger: clock.apply(({ period }) => period) },
    );
    this.certificate = pulumi.interpolate`${certificate.certPem}${args.issuer.certificate}`;
    this.privateKey = key.privateKeyPem;
    this.expires = certificate.validityEndTime;
    this.renewsFrom = clock.apply(({ from }) => from.toISOString());
    this.registerOutputs({ expires: this.expires, renewsFrom: this.renewsFrom });
  }
}
