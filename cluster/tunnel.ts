import { Duplex, PassThrough, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { Exec } from "@kubernetes/client-node/dist/exec.js";
import type { ClusterClient } from "./client.ts";
import { reasonOf, type Target } from "./exec.ts";

const openingSeconds = 10;

/** A connection to a port of a container's own, through the API server: what its `nc` is told, and what it says. */
export async function tunnel(
  client: ClusterClient,
  { namespace, pod, container }: Target,
  port: number,
): Promise<Duplex> {
  const there = new PassThrough();
  const back = new Duplex({
    read: () => undefined,
    write: (chunk, encoding, done) => void there.write(chunk, encoding, done),
    final: (done) => void there.end(done),
  });
  let complaint = "";
  const stdout = new Writable({
    write: (chunk, _encoding, done) => done(void back.push(Buffer.from(chunk))),
  });
  const stderr = new Writable({
    write(chunk, _encoding, done) {
      complaint += chunk;
      done();
    },
  });
  for (const stream of [stdout, stderr]) stream.on("error", () => undefined); // of what comes after the end
  const command = ["nc", "127.0.0.1", `${port}`];
  const ended = (why = "the connection ended early") =>
    back.destroy(new Error(`${command.join(" ")} in ${pod}: ${complaint.trim() || why}`));
  const opening = new Exec(client.access as KubeConfig) // of which it asks no more
    .exec(namespace, pod, container, command, stdout, stderr, there, false, ({ message }) => ended(message));
  back.on("close", () => opening.then((socket) => socket.close()).catch(() => undefined));
  back.on("error", () => undefined); // whoever reads has it too
  const late = sleep(openingSeconds * 1000, "late" as const, { ref: false });
  const socket = await Promise.race([opening, late]).catch((error) => {
    throw new Error(`cannot run a command in ${pod}: ${reasonOf(error)}`);
  });
  if (socket === "late") {
    back.destroy();
    throw new Error(`cannot run a command in ${pod}: no answer within ${openingSeconds} s`);
  }
  socket.on("close", () => ended());
  if (back.destroyed) throw back.errored ?? new Error("the connection ended early");
  return back;
}
