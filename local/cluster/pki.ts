import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../machine/run.ts";
import { apiService, controlPlaneAddress, nodeAddress } from "./addresses.ts";
import type { Cluster } from "./record.ts";

/** Someone with a certificate of the cluster's: who they are to Kubernetes, and the names they serve under. */
export interface Subject {
  readonly name: string;
  readonly subject: string;
  readonly names: string;
}

/** Where a cluster's keys and certificates lie. */
export const pkiDirectory = ({ directory }: Cluster) => join(directory, "pki");

/** Everyone that the control plane needs a certificate for. */
export function controlPlaneSubjects(cluster: Cluster): readonly Subject[] {
  const service = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
  ];
  const addresses = [controlPlaneAddress(cluster.subnet), apiService, "127.0.0.1"];
  const apiNames = [...addresses.map((address) => `IP:${address}`), ...service.map((name) => `DNS:${name}`)];
  return [
    { name: "apiserver", subject: "/CN=kube-apiserver", names: apiNames.join(",") },
    { name: "admin", subject: "/O=system:masters/CN=admin", names: "DNS:admin" },
    { name: "controllers", subject: "/CN=system:kube-controller-manager", names: "DNS:localhost" },
    { name: "scheduler", subject: "/CN=system:kube-scheduler", names: "DNS:localhost" },
    { name: "proxy", subject: "/CN=system:kube-proxy", names: "DNS:localhost" },
  ];
}

/** A node's own certificate, for its kubelet as client and as server. */
export function nodeSubject(cluster: Cluster, { name, number }: { name: string; number: number }): Subject {
  const names = `DNS:${name},IP:${nodeAddress(cluster.subnet, number)}`;
  return { name: `kubelet-${name}`, subject: `/O=system:nodes/CN=system:node:${name}`, names };
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "3650"];

/** Makes the authority and the key that signs service accounts' tokens, unless they are there. */
export async function makeAuthority(cluster: Cluster): Promise<void> {
  const cwd = pkiDirectory(cluster);
  await mkdir(cwd, { recursive: true, mode: 0o700 });
  if (existsSync(join(cwd, "ca.crt"))) return;
  const request = ["req", "-x509", ...newKey, "-subj", "/CN=kube-ca", "-keyout", "ca.key", "-out", "ca.crt"];
  const signing = ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "sa.key"];
  await Promise.all([run("openssl", signing, { cwd }), run("openssl", request, { cwd })]);
}

/** Issues a certificate with its key, unless it is there. */
export async function issue(cluster: Cluster, { name, subject, names }: Subject): Promise<void> {
  const cwd = pkiDirectory(cluster);
  if (existsSync(join(cwd, `${name}.crt`))) return;
  const authority = ["-CA", "ca.crt", "-CAkey", "ca.key"];
  const extensions = [
    `subjectAltName=${names}`,
    "extendedKeyUsage=serverAuth,clientAuth",
    "basicConstraints=critical,CA:FALSE",
  ].flatMap((extension) => ["-addext", extension]);
  const files = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
  await run("openssl", ["req", "-x509", ...newKey, ...authority, "-subj", subject, ...extensions, ...files], {
    cwd,
  });
}

/** A kubeconfig for someone with a certificate. */
export async function kubeconfig(cluster: Cluster, name: string): Promise<string> {
  const data = async (file: string) => (await readFile(join(pkiDirectory(cluster), file))).toString("base64");
  const [authority, certificate, key] = await Promise.all([
    data("ca.crt"),
    data(`${name}.crt`),
    data(`${name}.key`),
  ]);
  const server = `https://${controlPlaneAddress(cluster.subnet)}:6443`;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster.name, cluster: { server, "certificate-authority-data": authority } }],
    users: [{ name, user: { "client-certificate-data": certificate, "client-key-data": key } }],
    contexts: [{ name: cluster.name, context: { cluster: cluster.name, user: name } }],
    "current-context": cluster.name,
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
