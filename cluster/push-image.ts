import { Agent, request } from "node:http";
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

/** Pushes an image over a connection that leads to a registry. */
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
    host: name,
    ...(isIP(name) === 0 && { servername: name }),
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => socket;
  const send = sender(destination, agent);
  const content = (digest: string) => files[`blobs/${digest.replace(":", "/")}`] ?? new Uint8Array();
  const index = files["index.json"] ?? new Uint8Array();
  try {
    for (const { digest, mediaType } of JSON.parse(textOf(index)).manifests as readonly Descriptor[]) {
      const manifest = content(digest);
      const { config, layers } = JSON.parse(textOf(manifest)) as Manifest;
      for (const blob of [config, ...layers]) {
        const begun = await send("POST", "blobs/uploads/", 202);
        const place = new URL(begun.location ?? "", `https://${host}`);
        place.searchParams.set("digest", blob.digest);
        await send("PUT", `${place.pathname}${place.search}`, 201, content(blob.digest));
      }
      await send("PUT", `manifests/${digest}`, 201, manifest, mediaType);
    }
    await send("PUT", `manifests/${destination.tag}`, 201, index, indexType);
  } finally {
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
        else reject(new Error(`${method} ${path}: ${statusCode} ${Buffer.concat(chunks)}`.trim()));
      });
    });
    sent.on("error", reject).on("timeout", () => sent.destroy(new Error(`${method} ${path}: no answer`)));
    sent.end(body);
    return promise;
  };
}
