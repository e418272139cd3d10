import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { beginOf, periodAt } from "../render/renewal.ts";
import { RenewalClock } from "../resources/renewal-clock.ts";
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
  readonly commonName: pulumi.Input<string>;
  readonly dnsNames: pulumi.Input<readonly string[]>;
  readonly ipAddresses: pulumi.Input<readonly string[]>;
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
  /** When it ends, or its authority where that is earlier, as RFC 3339. */
  readonly expires: pulumi.Output<string>;
  /** From when on an `up` renews it, as RFC 3339. */
  readonly renewsFrom: pulumi.Output<string>;

  constructor(name: string, args: ServerCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:ServerCertificate", name, {}, opts);
    const own = { parent: this };
    // As text: an output takes a date for a bag of properties.
    const authority = args.issuer.certificate.apply((pem) => {
      const { validFromDate, validToDate } = new X509Certificate(pem);
      return { from: validFromDate.toISOString(), ends: validToDate.toISOString() };
    });
    const periodBy = (clock: Date) =>
      authority.apply(({ from }) => periodAt(new Date(from), args.renewAfterDays, clock));
    const clock = new RenewalClock(
      `${name}-clock`,
      {
        authority: authority.from,
        days: args.renewAfterDays,
        period: periodBy(args.now),
        latest: periodBy(new Date(args.now.getTime() + clocksDiffer)),
      },
      own,
    );
    const key = new tls.PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, own);
    const request = new tls.CertRequest(
      `${name}-request`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: args.commonName },
        dnsNames: pulumi.output(args.dnsNames).apply((names) => [...names]),
        ipAddresses: pulumi.output(args.ipAddresses).apply((addresses) => [...addresses]),
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
      // The length too: of another one, the same count may end when the certificate has long expired.
      { ...own, replacementTrigger: pulumi.interpolate`${clock.days}/${clock.period}` },
    );
    this.certificate = pulumi.interpolate`${certificate.certPem}${args.issuer.certificate}`;
    this.privateKey = key.privateKeyPem;
    this.expires = pulumi
      .all([certificate.validityEndTime, authority.ends])
      .apply(([ends, last]) => (new Date(ends) <= new Date(last) ? ends : last));
    this.renewsFrom = pulumi
      .all([authority.from, clock.period])
      .apply(([from, period]) => beginOf(new Date(from), args.renewAfterDays, period + 1).toISOString());
    pulumi.all([authority.ends, this.renewsFrom]).apply(([ends, renews]) => {
      if (ends <= renews) warnOnce(args.issuer, ends);
    });
    this.registerOutputs({ expires: this.expires, renewsFrom: this.renewsFrom });
  }
}

/** By how much the clocks of machines that run the engine may differ. */
const clocksDiffer = 24 * 60 * 60 * 1000;

const warned = new WeakSet<Issuer>();

/** Several certificates have one authority, whose end is told once. */
function warnOnce(issuer: Issuer, end: string): void {
  if (warned.has(issuer)) return;
  warned.add(issuer);
  pulumi.log.warn(
    `the certificate authority ends on ${end.slice(0, 10)}, before the certificates that it issued are renewed: replace it before, or nothing is trusted from then on`,
  );
}
