/** What people, CI and pods do with a registry: the same wherever it runs, and however it is reached. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { dirname, join } from "node:path";
import { run } from "../../local/machine/run.ts";
import { eventually } from "../../local/test/support/cli.ts";
import { proofImage } from "../../render/proof-image.ts";
import { apply, clientPod, inPhase } from "./client-pods.ts";
import { Crane } from "./crane.ts";
import { putManifest } from "./manifests.ts";
import { accountOf, kubectl, type Person } from "./site.ts";

/** Pushes an image, one for several platforms and an artifact that refers to another, and reads them; what was pushed. */
export async function pushAllKinds(person: Person): Promise<readonly string[]> {
  const { crane, directory, https } = person;
  const push = accountOf(person, "regUser");
  await crane.pushEmpty("regUser", "small:1");

  const layout = proofImage("e2e");
  for (const [path, bytes] of Object.entries(layout.files)) {
    const file = join(directory, "layout", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes);
  }
  await crane.run("regUser", "push", join(directory, "layout"), crane.image("many:1"), "--index");
  assert.equal(await crane.run("regPuller", "digest", crane.image("many:1")), layout.digest);
  const other = await crane.run("regPuller", "digest", "--platform=linux/arm64", crane.image("many:1"));
  assert.notEqual(other, layout.digest);

  const subject = await putManifest(https, push, "artifact", "1");
  const artifactType = "application/vnd.example.signature";
  const referrer = await putManifest(https, push, "artifact", undefined, {
    artifactType,
    subject: subject.descriptor,
  });
  const read = await https.send("GET", `/v2/artifact/manifests/${referrer.descriptor.digest}`, {
    account: accountOf(person, "regPuller"),
    headers: { accept: referrer.descriptor.mediaType },
  });
  assert.equal(JSON.parse(`${read.body}`).subject.digest, subject.descriptor.digest);
  return ["small:1", "many:1", "artifact:1", `artifact@${referrer.descriptor.digest}`];
}

/** Who has no account is asked for one, and each does what its role allows; `small:1` is there. */
export async function assertRoles(person: Person): Promise<void> {
  const { https, crane } = person;
  const anonymous = await https.send("GET", "/v2/_catalog");
  assert.deepEqual([anonymous.status, anonymous.code], [401, "UNAUTHORIZED"]);
  assert.match(`${anonymous.headers["www-authenticate"]}`, /^Basic realm=/);
  assert.match(await crane.run("regPuller", "catalog", crane.address), /^small$/m);
  const wrong = { name: "regUser", password: "not the password" };
  assert.equal((await https.send("GET", "/v2/", { account: wrong })).status, 401);
  const puller = accountOf(person, "regPuller");
  const refused = await https.send("POST", "/v2/small/blobs/uploads/", { account: puller });
  assert.deepEqual([refused.status, refused.code], [403, "DENIED"]);
  await assert.rejects(crane.pushEmpty("regPuller", "small:2"), /denied|403/i);
}

/** A client that trusts another authority goes away, and one that speaks plain HTTP is sent away. */
export async function assertNoOtherWay(person: Person): Promise<void> {
  const { address } = person.crane;
  const stranger = join(person.directory, "stranger.crt");
  await run("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x"],
    ...["-keyout", "/dev/null", "-out", stranger],
  ]);
  const foreign = new Crane(join(person.directory, "foreign"), address, stranger);
  await foreign.signIn("regUser", accountOf(person, "regUser"));
  await assert.rejects(foreign.run("regUser", "catalog", address), /unknown authority/);
  const status = await new Promise((resolve, reject) => {
    request(`http://${address}/v2/`, ({ statusCode }) => resolve(statusCode))
      .on("error", reject)
      .end();
  });
  assert.equal(status, 400);
}

/**
 * Copies `small:1` from a pod of the namespace `pods` by the internal address, and pushes through a port-forward as
 * localhost; what was pushed.
 */
export async function pushFromWithin(
  person: Person,
  { namespace, pods }: { readonly namespace: string; readonly pods: string },
): Promise<readonly string[]> {
  const { crane, outputs } = person;
  const user = accountOf(person, "regUser");
  const { host: internal, port } = new URL(`${outputs.internalUrl}`);
  const auth = Buffer.from(`${user.name}:${user.password}`).toString("base64");
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "client", namespace: pods },
    stringData: {
      "config.json": JSON.stringify({ auths: { [internal]: { auth } } }),
      "ca.crt": await readFile(person.authority, "utf8"),
    },
  };
  const pod = clientPod("client", pods, "gcr.io/go-containerregistry/crane:v0.22.1", {
    args: ["copy", `${internal}/small:1`, `${internal}/copied:1`],
    env: [
      { name: "DOCKER_CONFIG", value: "/client" },
      { name: "SSL_CERT_FILE", value: "/client/ca.crt" },
    ],
    volumeMounts: [{ name: "client", mountPath: "/client" }],
  });
  const volumes = [{ name: "client", secret: { secretName: "client" } }];
  await apply(secret, { ...pod, spec: { ...pod.spec, volumes } });
  await inPhase(pods, "client", "Succeeded");
  const digest = (image: string) => crane.run("regPuller", "digest", crane.image(image));
  assert.equal(await digest("copied:1"), await digest("small:1"));

  const command = ["-n", namespace, "port-forward", "service/registry", `:${port}`];
  const forward = spawn("kubectl", command, { stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(forward, "exit");
  try {
    const ended = gone.then(() => assert.fail("the port-forward has ended"));
    const [said] = await Promise.race([once(forward.stdout, "data"), ended]);
    const local = /127\.0\.0\.1:(\d+)/.exec(`${said}`)?.[1];
    const near = new Crane(join(person.directory, "near"), `localhost:${local}`, person.authority);
    await near.signIn("regUser", user);
    await near.pushEmpty("regUser", "forwarded:1");
  } finally {
    forward.kill();
    await gone;
  }
  return ["copied:1", "forwarded:1"];
}

/** A pod of one namespace pulls by the secret that was put there, and one of another is refused. */
export async function assertPullSecret(
  image: string,
  namespaces: { readonly with: string; readonly without: string },
): Promise<void> {
  await apply(clientPod("puller", namespaces.with, image), clientPod("puller", namespaces.without, image));
  await inPhase(namespaces.with, "puller", "Running");
  const refusal = /no basic auth credentials|401|authorization failed/i;
  await eventually("the kubelet to be refused", 30, async () => {
    const events = ["get", "events", "-o", "jsonpath={.items[*].message}"];
    const said = await kubectl("-n", namespaces.without, ...events);
    if (!refusal.test(said)) throw new Error(said);
    return true;
  });
}
