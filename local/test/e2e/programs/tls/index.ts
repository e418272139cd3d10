// A certificate authority, a server's certificate, and keys of every kind; STEP says what differs from the first run.
import * as tls from "@pulumi/tls";

const step = process.env.STEP ?? "first";

const authorityKey = new tls.PrivateKey("authority-key", { algorithm: "ECDSA", ecdsaCurve: "P384" });
const authority = new tls.SelfSignedCert("authority", {
  privateKeyPem: authorityKey.privateKeyPem,
  subject: { commonName: "Edge Registry CA", organization: "Edge", streetAddresses: ["1 Main St"] },
  isCaCertificate: true,
  setAuthorityKeyId: true,
  maxPathLength: 1,
  validityPeriodHours: 24 * 365,
  allowedUses: ["cert_signing", "crl_signing"],
});
const serverKey = new tls.PrivateKey("server-key", { algorithm: "RSA", rsaBits: 2048 });
const request = new tls.CertRequest("request", {
  privateKeyPem: serverKey.privateKeyPem,
  subject: { commonName: step === "replaced" ? "other.example" : "registry.example" },
  dnsNames: ["registry.example", "localhost"],
  ipAddresses: ["127.0.0.1", "::1"],
  uris: ["spiffe://edge/registry"],
});
const server = new tls.LocallySignedCert("server", {
  caCertPem: authority.certPem,
  caPrivateKeyPem: authorityKey.privateKeyPem,
  certRequestPem: request.certRequestPem,
  setSubjectKeyId: true,
  validityPeriodHours: 48,
  earlyRenewalHours: step === "updated" ? 24 : step === "due" ? 48 : 12,
  allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
});

export const authorityPem = authority.certPem;
export const requestPem = request.certRequestPem;
export const serverPem = server.certPem;
export const serverKeyPem = serverKey.privateKeyPem;
export const authorityKeyOpenssh = authorityKey.privateKeyOpenssh;
export const authorityKeyPublic = authorityKey.publicKeyOpenssh;
export const fingerprint = authorityKey.publicKeyFingerprintSha256;
export const derived = tls.getPublicKeyOutput({ privateKeyPem: serverKey.privateKeyPem }).publicKeyPem;
export const serverPublic = serverKey.publicKeyPem;

if (step === "first") {
  new tls.PrivateKey("ed25519", { algorithm: "ED25519" });
  new tls.PrivateKey("p224", { algorithm: "ECDSA" });
}
