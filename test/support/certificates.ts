import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../local/machine/run.ts";

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "3650"];

/** A server's certificate and key in PEM, and the file of the authority that issued it. */
export interface Certificates {
  readonly certificate: string;
  readonly privateKey: string;
  readonly authority: string;
}

/**
 * Makes `ca.crt`, `server.crt` and `server.key` in a directory, for localhost, its addresses, edge.test and names before
 * it, and a further address.
 */
export async function makeCertificates(directory: string, further = "127.0.0.1"): Promise<Certificates> {
  const openssl = (args: readonly string[]) => run("openssl", args, { cwd: directory });
  const authority = ["-subj", "/CN=test CA", "-days", "20000", "-keyout", "ca.key", "-out", "ca.crt"];
  await openssl(["req", "-x509", ...newKey, ...authority]);
  const addresses = [...new Set(["127.0.0.1", "::1", further])].map((address) => `IP:${address}`);
  const names = `subjectAltName=DNS:edge.test,DNS:*.edge.test,DNS:localhost,${addresses.join()}`;
  const extensions = [names, "extendedKeyUsage=serverAuth", "basicConstraints=critical,CA:FALSE"];
  await openssl([
    ...["req", "-x509", ...newKey, "-CA", "ca.crt", "-CAkey", "ca.key", "-subj", "/CN=edge.test"],
    ...extensions.flatMap((extension) => ["-addext", extension]),
    ...["-keyout", "server.key", "-out", "server.crt"],
  ]);
  const text = (file: string) => readFile(join(directory, file), "utf8");
  const [certificate, privateKey] = await Promise.all([text("server.crt"), text("server.key")]);
  return { certificate, privateKey, authority: join(directory, "ca.crt") };
}
