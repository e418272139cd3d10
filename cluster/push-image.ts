import { Agent, request } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import type { OciLayout } from "../render/oci-layout.ts";

/** Whom to push to, and as whom. */
export interface Destination {
  /** By what name its certificate is checked, and its port. */
  readonly host: string;
  readonly caCertificate: string;
  readonly user: string;
  readonly password: string;
  readonly repository: string;
  readonly tag: string;
}

const withinSeconds = 60;

/** Pushes an image over a connection that leads to a registry, or fails within a minute. */
export async function pushImage(
  { files }: OciLayout,
  destination: Destination,
  connection: Duplex,
): Promise<void> {
  const { host, caCertificate: ca } = destination;
  const name = host.replace(/:\d+$/, "").replaceAll(/[[\]]/g, "");
  const socket = connect({
    socket: connection,
    ca,
    // As containerd and all else that is written in Go: what is trusted need not be a root.
    allowPartialTrustChain: true,
    rejectUnauthorized: true, // whatever the shell's NODE_TLS_REJECT_UNAUTHORIZED says
    host: name,
    ...(isIP(name) === 0 && { servername: name }),
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let taken = false;
  // A second one is asked for where the registry has ended the first, and there is none.
  agent.createConnection = (_options, done) => {
    if (taken) return void done?.(new Error("the registry has ended the connection"), socket);
    taken = true;
    return socket;
  };
  const send = sender(destination, agent);
  const content = (path: string) => {
    const found = files[path];
    if (found === undefined) throw new Error(`the image has no ${path}`);
    return found;
  };
  const blob = (digest: string) => content(`blobs/${digest.replace(":", "/")}`);
  const index = content("index.json");
  const late = new Error(`it took more than ${withinSeconds} s`);
  const timer = setTimeout(() => socket.destroy(late), withinSeconds * 1000);
  try {
    const images = (JSON.parse(textOf(index)).manifests as readonly Descriptor[]).map((described) => {
      const manifest = blob(described.digest);
      return { ...described, ...(JSON.parse(textOf(manifest)) as Manifest), manifest };
    });
    const parts = images.flatMap(({ config, layers }) => [config, ...layers].map(({ digest }) => digest));
    for (const digest of new Set(parts)) {
      const begun = await send("POST", "blobs/uploads/", 202);
      const place = new URL(begun.location ?? "", `https://${host}`);
      place.searchParams.set("digest", digest);
      await send("PUT", `${place.pathname}${place.search}`, 201, blob(digest));
    }
    for (const { digest, manifest, mediaType } of images)
      await send("PUT", `manifests/${digest}`, 201, manifest, mediaType);
    await send("PUT", `manifests/${destination.tag}`, 201, index, indexType);
  } finally {
    clearTimeout(timer);
    agent.destroy();
    socket.destroy();
  }
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

const indexType = "application/vnd.oci.image.index.v1+json";
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** What a registry answers instead of taking something. */
export class Refused extends Error {
  /** Whether the same would be answered again. */
  readonly lasting: boolean;

  constructor(message: string, status = 0) {
    super(message);
    this.lasting = status === 401 || status === 403;
  }
}

/** Asks for a path, below the repository where it is no whole one, and expects an answer with this status. */
function sender({ host, user, password, repository }: Destination, agent: Agent) {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  return async (
    method: string,
    where: string,
    expected: number,
    body: Uint8Array = new Uint8Array(),
    type = "application/octet-stream",
  ): Promise<{ readonly location?: string | undefined }> => {
    const path = where.startsWith("/") ? where : `/v2/${repository}/${where}`;
    const headers = { host, authorization, "content-type": type, "content-length": body.length };
    const { promise, resolve, reject } = Promise.withResolvers<{ location?: string | undefined }>();
    const sent = request({ method, path, headers, agent, timeout: 20_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk)).on("error", reject);
      response.on("end", () => {
        const { statusCode, headers } = response;
        if (statusCode === expected) resolve({ location: headers.location });
        else
          reject(new Refused(`${method} ${path}: ${statusCode} ${Buffer.concat(chunks)}`.trim(), statusCode));
      });
    });
    sent.on("error", reject).on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer`)));
    sent.end(body);
    return promise;
  };
}
