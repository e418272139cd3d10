import { Writable } from "node:stream";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { Exec } from "@kubernetes/client-node/dist/exec.js";
import type { V1Status } from "@kubernetes/client-node/dist/gen/models/V1Status.js";
import type { ClusterClient } from "./client.ts";

/** A container to run a command in. */
export interface Target {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** How a command in a pod ended. */
export interface Executed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a container through the API server. */
export async function exec(
  client: ClusterClient,
  { namespace, pod, container }: Target,
  command: readonly string[],
  timeoutSeconds: number,
): Promise<Executed> {
  const [stdout, stderr] = [new Collected(), new Collected()];
  for (const stream of [stdout, stderr]) stream.on("error", () => undefined); // of what comes after the end
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const late = new Error(`${command.join(" ")} did not end within ${timeoutSeconds} s`);
  const timer = setTimeout(() => reject(late), timeoutSeconds * 1000);
  const socket = new Exec(client.access as KubeConfig) // of which it asks no more
    .exec(namespace, pod, container, [...command], stdout, stderr, null, false, (status) =>
      resolve(exitCode(status)),
    )
    .then((connection) => {
      connection.on("close", () => reject(new Error(`the connection to ${pod} ended early`)));
      return connection;
    });
  socket.catch((error) => reject(new Error(`cannot run a command in ${pod}: ${reasonOf(error)}`)));
  try {
    const code = await promise;
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    clearTimeout(timer);
    socket.then((connection) => connection.close()).catch(() => undefined);
  }
}

function exitCode({ status, details }: V1Status): number {
  if (status === "Success") return 0;
  return Number(details?.causes?.find(({ reason }) => reason === "ExitCode")?.message ?? 1);
}

class Collected extends Writable {
  readonly #chunks: Buffer[] = [];

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(Buffer.from(chunk));
    done();
  }
}

/** The web socket tells its errors as events. */
export const reasonOf = (error: unknown) =>
  error instanceof Object && "message" in error ? `${error.message}` : `${error}`;

/** Whether a reason is that the API server forbids it, which it would again. */
export const isForbidden = (reason: string) => / 40[13]$/.test(reason);
