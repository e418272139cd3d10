import { Readable } from "node:stream";
import { figure, repeated } from "../../local/test/bench/figure.ts";
import { digestOfMebibytes, mebibytes, upload } from "../support/blobs.ts";
import { basic } from "../support/https.ts";
import { mediaType, putManifest } from "../support/manifests.ts";
import { s3ServerOutside } from "../support/outside.ts";
import { accountOf, kubectl, nodeAddresses, type Person, Site } from "../support/site.ts";
import { wrk } from "./wrk.ts";

const [namespace, repository] = ["edge-registry", "bench/image"];
const size = 64;
const clients = 16;
const seconds = 3;

/**
 * What more registries behind one Service do, with the images in an S3 service outside the cluster, and what more
 * namespaces with a pull secret cost an `up`; on the cluster in $KUBECONFIG. Store, registries and clients have the same
 * processors: what several machines would do, this does not tell.
 */
export async function replicaFigures(signal: AbortSignal): Promise<void> {
  const addresses = await nodeAddresses();
  const [address = ""] = Object.values(addresses);
  const server = await s3ServerOutside({ address, nodes: Object.keys(addresses) });
  const { endpoint, accessKey, secretKey, caCertificate } = server.address;
  const site = await Site.create("bench-replicas", {
    target: "cloud",
    cluster: { kubeconfig: process.env.KUBECONFIG },
    nodeAddress: address,
    expose: "nodePort",
    storage: { endpoint, accessKey, secretKey, caCertificate },
    replicas: "1",
    ...{ proof: "off", nodeTrust: "off", pullSecret: { namespaces: [] }, keepImages: "false" },
  });
  try {
    await pullSecretFigures(site, signal);
    await site.must("up");
    const person = await site.person(address);
    const digest = await pushed(person);
    await served(person, digest, 1, signal);
    for (const replicas of [2, 3]) {
      await site.set({ replicas: `${replicas}` });
      const { seconds } = await site.must("up");
      figure(`up from ${replicas - 1} to ${replicas} replicas`, [seconds], "s", "-");
      await served(person, digest, replicas, signal);
    }
    const restarts = await repeated(signal, async () => {
      const since = performance.now();
      for (const what of [["restart"], ["status", "--timeout=180s"]])
        await kubectl("-n", namespace, "rollout", ...what, "deployment/registry");
      return (performance.now() - since) / 1000;
    });
    figure("rolling restart of 3 replicas", restarts, "s", "-");
  } finally {
    await site.end();
    await server.stop();
  }
}

const pusherOf = (person: Person) => accountOf(person, "regUser");

/** A blob of `size` MiB that nobody has yet. */
async function blob() {
  const seed = crypto.randomUUID();
  return { digest: await digestOfMebibytes(seed, size), bytes: Readable.from(mebibytes(seed, size)) };
}

const put = (person: Person, one: Awaited<ReturnType<typeof blob>>) =>
  upload(person.https, pusherOf(person), repository, one);

/** Pushes a manifest and a blob, whose digest it returns. */
async function pushed(person: Person): Promise<string> {
  await putManifest(person.https, pusherOf(person), repository, "1");
  const one = await blob();
  await put(person, one);
  return one.digest;
}

/** What clients that keep their connections get of one manifest and one blob, and what two get rid of at once. */
async function served(person: Person, digest: string, replicas: number, signal: AbortSignal): Promise<void> {
  const path = `${person.outputs.url}/v2/${repository}`;
  const signedIn = [`Authorization: ${basic(pusherOf(person)).authorization}`, `Accept: ${mediaType}`];
  const cycles = await repeated(signal, async () => {
    const manifests = await wrk(`${path}/manifests/1`, clients, seconds, signedIn);
    const down = await wrk(`${path}/blobs/${digest}`, clients, seconds, signedIn);
    const blobs = [await blob(), await blob()];
    const since = performance.now();
    await Promise.all(blobs.map((one) => put(person, one)));
    const up = (2 * size) / ((performance.now() - since) / 1000);
    return { manifests: manifests.perSecond, down: down.mebibytesPerSecond, up };
  });
  const tell = (what: string, key: keyof (typeof cycles)[number], unit: string) =>
    figure(
      `${replicas} replica(s): ${what}`,
      cycles.map((cycle) => cycle[key]),
      unit,
      "-",
    );
  tell(`manifests, ${clients} clients`, "manifests", "/s");
  tell(`a blob of ${size} MiB, ${clients} clients`, "down", "MiB/s");
  tell("two blobs pushed at once", "up", "MiB/s");
}

/** An `up` from nothing with a pull secret in one, five and twenty namespaces. */
async function pullSecretFigures(site: Site, signal: AbortSignal): Promise<void> {
  const names = Array.from({ length: 20 }, (_, at) => `bench-pull-${at + 1}`);
  for (const name of names) await kubectl("create", "namespace", name);
  for (const count of [1, 5, 20]) {
    signal.throwIfAborted();
    await site.set({ pullSecret: { namespaces: names.slice(0, count) } });
    const { seconds } = await site.must("up");
    figure(`up with a pull secret in ${count} namespace(s)`, [seconds], "s", "-");
    await site.must("destroy");
  }
  await site.set({ pullSecret: { namespaces: [] } });
  await kubectl("delete", "namespaces", ...names, "--wait=false");
}
