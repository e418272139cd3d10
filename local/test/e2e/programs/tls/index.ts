// A certificate authority, a server's certificate, and keys of every kind; STEP says what differs from the first run.
import * as tls from "@pulumi/tls";

const step = process.env.STEP ?? "first";

if (step === "imported") {
  // None of them can be: what is kept of a key or a certificate is more than its text.
  const id = { import: "there" };
  const privateKeyPem = "none";
  const certificate = { validityPeriodHours: 1, allowedUses: [] };
  new tls.PrivateKey("key", { algorithm: "ED25519" }, id);
  new tls.SelfSignedCert("self-signed", { privateKeyPem, ...certificate }, id);
  new tls.CertRequest("asked", { privateKeyPem }, id);
  const signed = { caCertPem: "none", caPrivateKeyPem: "none", certRequestPem: "none", ...certificate };
  new tls.LocallySignedCert("signed", signed, id);
}

const ecdsaCurve = step === "rekeyed" ? "P256" : "P384";
const authorityKey = new tls.PrivateKey("authority-key", { algorithm: "ECDSA", ecdsaCurve });
const authority = new tls.SelfSignedCert("authority", {
  privateKeyPem: authorityKey.privateKeyPem,
  subject: { commonName: "Edge Registry CA", organization: "Edge", streetAddresses: ["1 Main St"] },
  isCaCertificate: true,
  setAuthorityKeyId: true,
  maxPathLength: 1,
  validityPeriodHours: 24 * 365,
  earlyRenewalHours: step === "first" ? 12 : 24,
  allowedUses: ["cert_signing", "crl_signing"],
});
const serverKey = new tls.PrivateKey("server-key", { algorithm: "RSA", rsaBits: 2048 });
const request = new tls.CertRequest("request", {
  privateKeyPem: serverKey.privateKeyPem,
  subject: { commonName: step === "renamed" ? "other.example" : "registry.example" },
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
