/** Who a cluster gives certificates to, and that the certificates say so. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  controlPlaneSubjects,
  issue,
  kubeconfig,
  makeAuthority,
  nodeSubject,
  pkiDirectory,
} from "../../cluster/pki.ts";
import type { Cluster } from "../../cluster/record.ts";
import { example } from "./example-cluster.ts";

let cluster: Cluster;

before(async () => {
  cluster = { ...example, directory: await mkdtemp(join(tmpdir(), "edge-pki-")) };
  await makeAuthority(cluster);
});

after(() => rm(cluster.directory, { recursive: true }));

test("everyone is who Kubernetes expects", () => {
  const subjects = controlPlaneSubjects(example).map(({ name, subject }) => [name, subject]);
  assert.deepEqual(Object.fromEntries(subjects), {
    apiserver: "/CN=kube-apiserver",
    admin: "/O=system:masters/CN=admin",
    controllers: "/CN=system:kube-controller-manager",
    scheduler: "/CN=system:kube-scheduler",
    proxy: "/CN=system:kube-proxy",
  });
});

test("the API server serves under its addresses and the Service's names", () => {
  const names = controlPlaneSubjects(example)
    .find(({ name }) => name === "apiserver")
    ?.names.split(",");
  assert.deepEqual(names, [
    ...["IP:10.78.5.1", "IP:10.97.0.1", "IP:127.0.0.1", "DNS:kubernetes", "DNS:kubernetes.default"],
    ...["DNS:kubernetes.default.svc", "DNS:kubernetes.default.svc.cluster.local"],
  ]);
});

const read = async (file: string) => new X509Certificate(await readFile(join(pkiDirectory(cluster), file)));

test("a node's certificate names it and its address, and is the authority's", async () => {
  const subject = nodeSubject(cluster, { name: "node-3", number: 3 });
  assert.equal(subject.name, "kubelet-node-3");
  await issue(cluster, subject);
  const certificate = await read("kubelet-node-3.crt");
  const authority = await read("ca.crt");
  assert.equal(certificate.subject, "O=system:nodes\nCN=system:node:node-3");
  assert.equal(certificate.checkHost("node-3"), "node-3");
  assert.equal(certificate.checkIP("10.78.5.13"), "10.78.5.13");
  assert.ok(certificate.verify(authority.publicKey) && certificate.checkIssued(authority));
  assert.deepEqual([authority.ca, certificate.ca], [true, false]);
  assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]); // server and client
});

test("authority and certificates are made once", async () => {
  const [authority, own] = [await read("ca.crt"), await read("kubelet-node-3.crt")];
  await makeAuthority(cluster);
  await issue(cluster, nodeSubject(cluster, { name: "node-3", number: 3 }));
  assert.equal((await read("ca.crt")).fingerprint256, authority.fingerprint256);
  assert.equal((await read("kubelet-node-3.crt")).fingerprint256, own.fingerprint256);
});

test("a kubeconfig has the server, the authority and the certificate, and chooses its only context", async () => {
  const config = JSON.parse(await kubeconfig(cluster, "kubelet-node-3"));
  const [{ cluster: server }] = config.clusters;
  assert.equal(server.server, "https://10.78.5.1:6443");
  const decoded = Buffer.from(server["certificate-authority-data"], "base64");
  assert.equal(new X509Certificate(decoded).subject, "CN=kube-ca");
  const [{ name, user }] = config.users;
  const certificate = new X509Certificate(Buffer.from(user["client-certificate-data"], "base64"));
  assert.equal(certificate.subject, "O=system:nodes\nCN=system:node:node-3");
  assert.match(Buffer.from(user["client-key-data"], "base64").toString(), /^-----BEGIN PRIVATE KEY-----/);
  assert.deepEqual(config.contexts, [{ name: "example", context: { cluster: "example", user: name } }]);
  assert.deepEqual([config.clusters[0].name, config["current-context"]], ["example", "example"]);
});
