import { X509Certificate } from "node:crypto";

/** The certificates in a text, in its order. */
export const certificatesIn = (text: string): readonly X509Certificate[] =>
  (text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new X509Certificate(pem),
  );
