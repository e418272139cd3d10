import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

/** A certificate and its key, as PEM. */
export interface Issuer {
  readonly certificate: pulumi.Output<string>;
  readonly privateKey: pulumi.Output<string>;
}

/** Whose certificates the nodes trust. */
export type CertificateAuthorityArgs = (
  | {
      readonly kind: "own";
      /** What people see as the issuer. */
      readonly commonName: string;
      /** The generation that issues the server's certificate. */
      readonly issues: number;
      /** The generations nodes trust: during a rotation the old one and the new one. */
      readonly trusted: readonly number[];
      /**
       * For how many years a generation is valid.
       * @default 10
       */
      readonly validYears?: number;
    }
  | {
      /** One authority for many sites; its key is a secret of the settings. */
      readonly kind: "brought";
      readonly certificate: string;
      readonly privateKey: pulumi.Input<string>;
    }
) & {
  /**
   * Whom nodes have to trust besides, as PEM: who issued what servers show until they show what this one issues.
   * @default none
   */
  readonly before?: readonly string[];
};

/** The authority behind the server's certificate, in one generation or, while it is rotated, two. */
export class CertificateAuthority extends pulumi.ComponentResource {
  /** What issues. */
  readonly issuer: Issuer;
  /** What nodes trust: the certificates of all trusted generations, and of who issued before. */
  readonly bundle: pulumi.Output<string>;

  constructor(name: string, args: CertificateAuthorityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("edge-registry:index:CertificateAuthority", name, {}, opts);
    if (args.kind === "brought") {
      this.issuer = {
        certificate: pulumi.output(args.certificate),
        privateKey: pulumi.secret(args.privateKey),
      };
      this.bundle = bundled([this.issuer.certificate], args.before);
    } else {
      const numbers = [...new Set([...args.trusted, args.issues])].sort((a, b) => a - b);
      const generations = new Map(
        numbers.map((number) => [number, generation(this, name, number, args)] as const),
      );
      const issuer = generations.get(args.issues);
      if (issuer === undefined) throw new Error("unreachable: the issuing generation is among those made");
      this.issuer = issuer;
      this.bundle = bundled(
        [...generations.values()].map(({ certificate }) => certificate),
        args.before,
      );
    }
    this.registerOutputs({ bundle: this.bundle });
  }
}

/** Certificates in one text, each of them once. */
const bundled = (certificates: readonly pulumi.Output<string>[], before: readonly string[] = []) =>
  pulumi.all([...certificates]).apply((own) => {
    const all = [...own, ...before].map((pem) => `${pem.trim()}\n`);
    return [...new Set(all)].join("");
  });

const years = (count: number) => count * 365 * 24;

/** A key and a certificate that signs others and itself. */
function generation(
  parent: pulumi.Resource,
  name: string,
  number: number,
  { commonName, validYears = 10 }: { readonly commonName: string; readonly validYears?: number },
): Issuer {
  const own = { parent };
  const key = new tls.PrivateKey(`${name}-key-${number}`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, own);
  const certificate = new tls.SelfSignedCert(
    `${name}-${number}`,
    {
      privateKeyPem: key.privateKeyPem,
      isCaCertificate: true,
      setSubjectKeyId: true,
      setAuthorityKeyId: true,
      validityPeriodHours: years(validYears),
      allowedUses: ["cert_signing", "crl_signing"],
      subject: { commonName: `${commonName} CA ${number}`, organization: "Edge Registry" },
    },
    own,
  );
  return { certificate: certificate.certPem, privateKey: key.privateKeyPem };
}
