import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How a certificate differs from one for registry.example.com that is valid now. */
export interface Wanted {
  /** @default "DNS:registry.example.com" */
  readonly names?: string;
  /** openssl's own, after the start `-days 90` stands for. */
  readonly validity?: readonly string[];
  /** @default "serverAuth" */
  readonly usage?: string;
}

/** Authorities as certificates are bought or made from: a root, an intermediate, and what it issues. */
export class Chains {
  readonly root: string;
  readonly intermediate: string;
  readonly #directory = mkdtempSync(join(tmpdir(), "edge-registry-chains-"));
  #count = 0;

  constructor() {
    this.#request("root", ["-subj", "/CN=Example Root", "-days", "3650"]);
    const issuing = [
      "-subj",
      "/CN=Example Issuing",
      "-days",
      "1825",
      "-CA",
      "root.crt",
      "-CAkey",
      "root.key",
    ];
    this.#request("issuing", [...issuing, "-addext", "basicConstraints=critical,CA:TRUE"]);
    this.root = this.#text("root.crt");
    this.intermediate = this.#text("issuing.crt");
  }

  /** A certificate for a server, of its own key. */
  issue({
    names = "DNS:registry.example.com",
    validity = ["-days", "90"],
    usage = "serverAuth",
  }: Wanted = {}) {
    const name = `leaf-${++this.#count}`;
    this.#request(name, [
      ...["-subj", "/CN=registry.example.com", "-CA", "issuing.crt", "-CAkey", "issuing.key", ...validity],
      ...["-addext", `subjectAltName=${names}`, "-addext", `extendedKeyUsage=${usage}`],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ]);
    return { certificate: this.#text(`${name}.crt`), privateKey: this.#text(`${name}.key`) };
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }

  #request(name: string, args: readonly string[]): void {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
    const files = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
    const options = { cwd: this.#directory, stdio: "pipe" as const };
    execFileSync("openssl", ["req", "-x509", ...key, ...files, ...args], options);
  }

  #text(file: string): string {
    return readFileSync(join(this.#directory, file), "utf8");
  }
}
