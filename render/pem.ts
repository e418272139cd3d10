import { X509Certificate } from "node:crypto";

/** The certificates in a text, in its order. */
export const certificatesIn = (text: string): readonly X509Certificate[] =>
  (text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (pem) => new X509Certificate(pem),
  );

/** Certificates in one text, each of them once. */
export const bundleOf = (texts: readonly string[]): string =>
  [...new Set(texts.flatMap((text) => certificatesIn(text).map((one) => one.toString())))].join("");
