import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { dockerConfig } from "../../render/docker-config.ts";
import type { Cluster } from "../cluster/record.ts";
import { run } from "../machine/run.ts";
import { Failure } from "../terminal/failure.ts";
import { stateOf } from "./environment.ts";
import type { Account } from "./outputs.ts";

/** An image in the registry, and what it takes to move it there and back. */
export interface FirstImage {
  /** Its full name: `host:port/name:tag`. */
  readonly image: string;
  readonly accounts: readonly Account[];
  /** The authority's certificate. */
  readonly caFile: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

type Crane = (...words: string[]) => Promise<string>;

/**
 * Pushes busybox from this machine, where no image has the name yet, and pulls it back. Returns a line that says so.
 * Passwords are in files of root's for as long as that takes.
 */
export async function proveFirstImage(cluster: Cluster, first: FirstImage): Promise<string> {
  const folder = join(stateOf(cluster), "first-image");
  const pusher = first.accounts.find(({ role }) => role === "push");
  if (pusher === undefined) return "no first image: no account may push";
  const puller = first.accounts.find(({ role }) => role === "pull") ?? pusher;
  await rm(folder, { recursive: true, force: true }); // of one that was killed
  try {
    const [push, pull] = [
      await craneAs(pusher, cluster, folder, first),
      await craneAs(puller, cluster, folder, first),
    ];
    // Whatever else than its absence is wrong, the push meets it too.
    const there = await pull("digest", first.image).catch(() => undefined);
    const expected = there?.trim() ?? (await pushBusybox(cluster, folder, push, first.image));
    await pull("pull", "--format=oci", first.image, join(folder, "pulled"));
    const pulled = await digestOf(join(folder, "pulled"));
    if (pulled !== expected)
      throw new Failure(`${first.image} is ${expected} in the registry, and ${pulled} was pulled`);
    const came = there === undefined ? `pushed by ${pusher.name}` : "still there";
    return `first image: ${first.image} ${came}, pulled by ${puller.name}, ${pulled.slice(0, 19)} both times`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The command crane, signed in as an account. */
async function craneAs(
  { name, password }: Account,
  cluster: Cluster,
  folder: string,
  { image, caFile, env, signal }: FirstImage,
): Promise<Crane> {
  const home = join(folder, name);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const [server = ""] = image.split("/");
  const signedIn = dockerConfig([server], { username: name, password });
  await writeFile(join(home, "config.json"), signedIn, { mode: 0o600 });
  const own = { ...env, DOCKER_CONFIG: home, SSL_CERT_FILE: caFile };
  return (...words) => run(join(cluster.bin, "crane"), words, { env: own, signal });
}

/** Pushes the image that the cluster's nodes know as busybox, and returns its digest. */
async function pushBusybox(cluster: Cluster, folder: string, push: Crane, image: string): Promise<string> {
  const layout = join(folder, "layout");
  const archive = cluster.images.find((path) => basename(path) === "busybox.tar") ?? "";
  await mkdir(layout);
  await run("tar", ["-xf", archive, "-C", layout]);
  await push("push", layout, image);
  return digestOf(layout);
}

/** The digest of the one image in an OCI layout. */
async function digestOf(layout: string): Promise<string> {
  const { manifests }: { manifests: readonly { digest: string }[] } = JSON.parse(
    await readFile(join(layout, "index.json"), "utf8"),
  );
  return manifests[0]?.digest ?? "none";
}
